import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The file of that name in a folder or the nearest above it, or null. */
export function nearest(name: string, folder: string): string | null {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  return dirname(folder) === folder ? null : nearest(name, dirname(folder));
}
