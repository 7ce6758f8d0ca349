/**
 * NODE_OPTIONS with our preload ahead of what the script had set, and back to exactly that. Null: it was not set. Plain enough for any
 * version of Node.
 */
export function withPreload(options: string | null, file: string): string {
  return options === null ? optionOf(file) : `${optionOf(file)} ${options}`;
}

export function withoutPreload(options: string, file: string): string | null {
  const own = optionOf(file);
  if (options === own) return null;
  const at = options.indexOf(`${own} `);
  return at < 0 ? options : options.slice(0, at) + options.slice(at + own.length + 1);
}

/** Quoted as Node reads it: in quotes a backslash escapes. */
function optionOf(file: string): string {
  return `--require "${file.replace(/[\\"]/g, '\\$&')}"`;
}
