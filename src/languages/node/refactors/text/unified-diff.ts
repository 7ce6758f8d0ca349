import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { applyEdits } from './edits.ts';
import type { FileEdits, ReadSource } from '../../../../core/advise/advice.ts';

/** What `git apply` and a person read. `nameOf` turns an absolute file into the name in the header: `src/load.js`, without `a/` and `b/`. */
export function unifiedDiff(files: readonly FileEdits[], read: ReadSource, nameOf: (file: string) => string): string {
  return files
    .map((one) => {
      const before = one.create ? '' : (read(one.file) ?? '');
      const name = nameOf(one.file);
      return createTwoFilesPatch(
        one.create ? '/dev/null' : `a/${name}`,
        `b/${name}`,
        before,
        applyEdits(before, one.edits),
        undefined,
        undefined,
        {
          context: 3,
          headerOptions: FILE_HEADERS_ONLY,
        },
      );
    })
    .join('');
}
