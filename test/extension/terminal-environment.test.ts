import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { terminalEnvironment } from '../../src/extension/terminal-environment.ts';

const terminal = { TERM_PROGRAM: 'vscode', COLORTERM: 'truecolor' };

describe('terminalEnvironment', () => {
  it("leaves the editor's own variables out", () => {
    const inherited = { PATH: '/bin', ELECTRON_RUN_AS_NODE: '1', VSCODE_PID: '7', UNBLOCK_SESSION: 'x' };
    assert.deepEqual(terminalEnvironment(inherited, {}), { ...terminal, PATH: '/bin' });
  });

  it('lets the terminal settings add, replace, extend and remove', () => {
    assert.deepEqual(terminalEnvironment({ PATH: '/bin', OLD: '1' }, { PATH: '/mine:${env:PATH}', OLD: null, NEW: '2' }), {
      ...terminal,
      PATH: '/mine:/bin',
      NEW: '2',
    });
  });

  it('keeps the NODE_OPTIONS of the user but not those of a debugger that attaches to terminals', () => {
    assert.equal(terminalEnvironment({ NODE_OPTIONS: '--max-old-space-size=99' }, {})['NODE_OPTIONS'], '--max-old-space-size=99');
    assert.equal(terminalEnvironment({ NODE_OPTIONS: '--require /x/ms-vscode.js-debug/bootloader.js' }, {})['NODE_OPTIONS'], undefined);
  });
});
