import { syncBuiltinESMExports } from 'node:module';

/** What was changed in this thread, to be put back last change first. */
const undoes: (() => void)[] = [];

/** Called when the thread is to go on as if it had never been measured. */
export function onRestore(undo: () => void): void {
  undoes.push(undo);
}

/** Puts back what was changed, as far as nobody else has changed it since: what is left then measures nothing. */
export function restore(): void {
  for (const undo of undoes.splice(0).reverse()) undo();
  syncBuiltinESMExports();
}
