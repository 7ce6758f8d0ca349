import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CpuProfile } from '../../../core/recording.ts';

const LARGEST_SOURCE_BYTES = 64_000_000;

/** The source maps of the scripts in a profile that name one, inline or in a file beside them: script URL → JSON text. */
export async function readSourceMaps(profile: CpuProfile, known: Record<string, string>): Promise<Record<string, string>> {
  const maps: Record<string, string> = { ...known };
  const urls = new Set(profile.nodes.map((node) => node.callFrame.url).filter((url) => url.startsWith('file:') && !(url in known)));
  await Promise.all(
    [...urls].map(async (url) => {
      const map = await readSourceMap(url).catch(() => null);
      if (map !== null) maps[url] = map;
    }),
  );
  return maps;
}

async function readSourceMap(url: string): Promise<string | null> {
  const source = await readFile(fileURLToPath(url), 'utf8');
  if (source.length > LARGEST_SOURCE_BYTES) return null;
  const at = source.lastIndexOf('//# sourceMappingURL=');
  if (at < 0) return null;
  const [reference = ''] = source.slice(at + '//# sourceMappingURL='.length).split(/\s/, 1);
  const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(reference);
  const text = inline
    ? inline[1]
      ? Buffer.from(inline[2]!, 'base64').toString('utf8')
      : decodeURIComponent(inline[2]!)
    : await readFile(fileURLToPath(new URL(reference, url)), 'utf8');
  const map: unknown = JSON.parse(text);
  return text.includes('webpack://') ? withFiles(map, dirname(fileURLToPath(url))) : text;
}

/** webpack names a source by its path below the project, which is the nearest folder above the bundle that has it: `webpack://shop/./src/a.ts`. */
function withFiles(map: unknown, folder: string): string {
  const fileOf = (source: unknown): unknown => {
    const path = typeof source === 'string' ? /^webpack:\/\/[^/]*\/(?:\.\/)?([^?]+)/.exec(source)?.[1] : undefined;
    if (path === undefined) return source;
    for (let root = folder; ; root = dirname(root)) {
      if (existsSync(join(root, path))) return pathToFileURL(join(root, path)).href;
      if (dirname(root) === root) return source;
    }
  };
  const { sources } = map as { sources?: unknown };
  return JSON.stringify({ ...(map as object), ...(Array.isArray(sources) && { sources: sources.map(fileOf), sourceRoot: '' }) });
}
