import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openedFolders, shownFolders, shownPath } from '../../src/extension/shown-paths.ts';

const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'unblock-links-')));
after(() => rmSync(temporary, { recursive: true }));

describe('files of a workspace that was opened through a symbolic link', () => {
  it('are named as the person opened them', async () => {
    const [real, link] = [join(temporary, 'real'), join(temporary, 'link')];
    mkdirSync(join(real, 'lib'), { recursive: true });
    symlinkSync(real, link);
    const folders = await shownFolders(openedFolders([link], join(link, 'lib', 'a.js')));
    assert.equal(shownPath(join(real, 'lib', 'a.js'), folders), join(link, 'lib', 'a.js'));
    assert.equal(shownPath(join(real, 'b.js'), folders), join(link, 'b.js'));
    assert.equal(shownPath(join(temporary, 'real-other', 'b.js'), folders), join(temporary, 'real-other', 'b.js'));
  });

  it('need no other name where there is no link', async () =>
    assert.deepEqual(await shownFolders([temporary, join(temporary, 'gone')]), []));
});
