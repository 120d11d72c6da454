import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32, inflateRawSync } from "node:zlib";

const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;

/** Unpacks a zip archive by its directory, as Lambda does, checks every file, and tells their names. */
export async function unpacked(file: string, folder: string): Promise<readonly string[]> {
  const archive = await readFile(file);
  const end = archive.length - END_BYTES;
  if (archive.readUInt32LE(end) !== END) throw new Error(`"${file}" does not end as an archive`);
  const names: string[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let entry = 0; entry < archive.readUInt16LE(end + 10); entry++) {
    if (archive.readUInt32LE(at) !== CENTRAL_HEADER) throw new Error(`entry ${entry} of "${file}" is broken`);
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    const bytes = contentOf(archive, at);
    if (crc32(bytes) !== archive.readUInt32LE(at + 16) || bytes.length !== archive.readUInt32LE(at + 24))
      throw new Error(`"${name}" of "${file}" is damaged`);
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes, { mode: archive.readUInt32LE(at + 38) >>> 16 });
    names.push(name);
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return names;
}

function contentOf(archive: Buffer, entry: number): Buffer {
  const local = archive.readUInt32LE(entry + 42);
  const begins = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  return inflateRawSync(archive.subarray(begins, begins + archive.readUInt32LE(entry + 20)));
}
