import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { FileEdits } from '../../src/core/advise/advice.ts';
import { Failure } from '../../src/core/failure.ts';
import { writeEdits } from '../../src/workflows/apply-fix.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const edit = (start: number, end: number, newText: string): { start: number; end: number; newText: string; why: string } => ({
  start,
  end,
  newText,
  why: '',
});

/** As if they had been worked out from what is on disk. */
function write(files: FileEdits[]): void {
  writeEdits(files, new Map(files.map(({ file, create }) => [file, create ? null : readFileSync(file, 'utf8')])));
}

describe('writing the edits of a fix', () => {
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unblock-test-'));
    writeFileSync(at('a.js'), 'const a = 1;\r\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('changes files and makes new ones, and keeps line ends', () => {
    write([
      { file: at('a.js'), create: false, edits: [edit(0, 5, 'let'), edit(10, 11, '2')] },
      { file: at('b.js'), create: true, edits: [edit(0, 0, 'new')] },
    ]);
    assert.equal(readFileSync(at('a.js'), 'utf8'), 'let a = 2;\r\n');
    assert.equal(readFileSync(at('b.js'), 'utf8'), 'new');
  });

  it('changes nothing where one file can not be written', () => {
    const files = [
      { file: at('a.js'), create: false, edits: [edit(0, 5, 'let')] },
      { file: at('missing/b.js'), create: true, edits: [edit(0, 0, 'new')] },
    ];
    assert.throws(() => write(files), Failure);
    assert.equal(readFileSync(at('a.js'), 'utf8'), 'const a = 1;\r\n');
  });

  it('never writes over a file that it was to make', () => {
    assert.throws(() => write([{ file: at('a.js'), create: true, edits: [edit(0, 0, 'new')] }]), /exists already/);
  });

  it('leaves a file alone that is not UTF-8', () => {
    writeFileSync(at('latin.js'), Buffer.from([0x27, 0xe9, 0x27]));
    assert.throws(() => write([{ file: at('latin.js'), create: false, edits: [edit(0, 0, 'x')] }]), /isn't UTF-8/);
    assert.deepEqual([...readFileSync(at('latin.js'))], [0x27, 0xe9, 0x27]);
  });

  it('changes nothing where one file is another by now, or gone', () => {
    writeFileSync(at('b.js'), 'const b = 1;\n');
    const files = ['a.js', 'b.js'].map((name) => ({ file: at(name), create: false, edits: [edit(0, 5, 'let')] }));
    const texts = new Map(files.map(({ file }) => [file, readFileSync(file, 'utf8')]));
    writeFileSync(at('b.js'), '// new\nconst b = 1;\n');
    assert.throws(() => writeEdits(files, texts), /b\.js has changed meanwhile: nothing was written/);
    rmSync(at('b.js'));
    assert.throws(() => writeEdits(files, texts), /b\.js can't be read any more: nothing was changed/);
    assert.equal(readFileSync(at('a.js'), 'utf8'), 'const a = 1;\r\n');
  });
});
