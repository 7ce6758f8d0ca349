/**
 * `process.execArgv` is what `fork` and `cluster` start children with. The recorder puts `--require agent` first, options of its
 * own ahead of it, and where there is a loader, a module that imports it and says when it is ready.
 */
export function hideOptions(execArgv: string[], loader: string | null): void {
  const at = execArgv.indexOf(__filename);
  if (at > 0) execArgv.splice(0, at + 1);
  const wrapped = execArgv.findIndex((option) => option.startsWith('data:text/javascript,') && option.includes('unblock'));
  if (wrapped >= 0 && loader !== null) execArgv[wrapped] = loader;
}
