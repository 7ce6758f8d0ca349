import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  bytes: number;
  /** Unix permissions; 0 where the archive has none. */
  mode: number;
  read(): Buffer;
}

/** Entries of a zip file without Zip64 or encryption, as vsce writes them (APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16). */
export function readZip(file: string): ZipEntry[] {
  const zip = readFileSync(file);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const entries: ZipEntry[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const method = zip.readUInt16LE(at + 10);
    const packedBytes = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const header = zip.readUInt32LE(at + 42);
    entries.push({
      name: zip.toString('utf8', at + 46, at + 46 + nameLength),
      bytes: zip.readUInt32LE(at + 24),
      mode: zip.readUInt32LE(at + 38) >>> 16,
      read: () => {
        const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
        const packed = zip.subarray(start, start + packedBytes);
        return method === 0 ? Buffer.from(packed) : inflateRawSync(packed);
      },
    });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/** Writes the entries below `folder`. */
export function unpack(entries: ZipEntry[], folder: string): void {
  for (const entry of entries.filter((one) => !one.name.endsWith('/'))) {
    const place = join(folder, entry.name);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, entry.read());
    if ((entry.mode & 0o111) !== 0) chmodSync(place, 0o755);
  }
}
