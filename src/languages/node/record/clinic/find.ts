import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Failure } from '../../../../core/failure.ts';
import type { Target } from '../../../../core/recording.ts';
import type { ClinicTool } from './settings.ts';

/** Of clinic 13 with its dependencies. */
const SIZE = '154 MB';

/**
 * The folder of one of clinic's tools: from the script's folder upward, beside Unblock, or among node's global packages. Never installs
 * anything. Throws a Failure that says how to.
 */
export function findTool(tool: ClinicTool, target: Target, distFolder: string): string {
  for (const from of placesOf(target, distFolder)) {
    const clinic = resolve(from, 'clinic/package.json');
    const found =
      (clinic !== null ? resolve(clinic, `@clinic/${tool}/package.json`) : null) ?? resolve(from, `@clinic/${tool}/package.json`);
    if (found !== null) return dirname(found);
  }
  throw new Failure(
    `clinic is not installed: run \`npm install --save-dev clinic\` in ${projectOf(dirname(target.script))} (${SIZE}), or use the engine v8.`,
    placesOf(target, distFolder).join('\n'),
  );
}

/** Files from which packages are looked for; they need not exist. */
function placesOf({ script, node }: Target, distFolder: string): string[] {
  const globals = [join(dirname(node.path), '..', 'lib', 'node_modules'), join(dirname(node.path), 'node_modules')];
  return [script, join(distFolder, 'cli.cjs'), ...globals.map((folder) => join(folder, '..', 'any.js'))];
}

function resolve(from: string, name: string): string | null {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return null;
  }
}

/** The folder of the nearest package.json, where packages are installed; the script's own where there is none. */
function projectOf(folder: string): string {
  for (let place = folder; ; place = dirname(place)) {
    if (existsSync(join(place, 'package.json'))) return place;
    if (dirname(place) === place) return folder;
  }
}
