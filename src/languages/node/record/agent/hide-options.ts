/** `process.execArgv` is what `fork` and `cluster` start children with. The recorder puts `--require agent` first. */
export function hideOptions(execArgv: string[]): void {
  const at = execArgv.indexOf(__filename);
  if (at > 0) execArgv.splice(at - 1, 2);
}
