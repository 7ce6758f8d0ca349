/** Writes to stdout; resolves when it has been handed over, so that the process may end. A reader that went away (`| head`) is no error. */
export function tell(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

/** One line to the person at the terminal, beside the results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
