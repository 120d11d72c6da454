import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
/** 2.0 is the first that deflates; the high byte says that the attributes are Unix's. */
const VERSION = 20;
const MADE_BY = (3 << 8) | VERSION;
const NAMES_ARE_UTF8 = 1 << 11;
const DEFLATED = 8;
/** 1 January 1980, the earliest there is: the same files make the same archive, and so no new version. */
const DATE = (1 << 5) | 1;
const PLAIN_FILE = (0o100644 << 16) >>> 0;

/**
 * Packs a folder as Lambda takes it: files at the root, in the order of their names. The framework's own packing
 * looks through the whole project for each function, and keeps the folders above.
 */
export async function archive(folder: string, file: string): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const packed: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const path of paths.sort()) {
    const name = Buffer.from(path.slice(join(folder, sep).length).replaceAll(sep, "/"));
    const bytes = await readFile(path);
    const deflated = deflateRawSync(bytes, { level: 9 });
    const common = describe(bytes, deflated, name);
    packed.push(header(LOCAL_HEADER, VERSION), common, name, deflated);
    directory.push(header(CENTRAL_HEADER, MADE_BY, VERSION), common, placeOf(offset), name);
    offset += header(LOCAL_HEADER, VERSION).length + common.length + name.length + deflated.length;
  }
  await writeFile(file, Buffer.concat([...packed, ...directory, end(paths.length, directory, offset)]));
}

function header(signature: number, ...versions: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 + 2 * versions.length);
  buffer.writeUInt32LE(signature, 0);
  for (const [index, version] of versions.entries()) buffer.writeUInt16LE(version, 4 + 2 * index);
  return buffer;
}

/** What both headers say of a file. */
function describe(bytes: Buffer, deflated: Buffer, name: Buffer): Buffer {
  const buffer = Buffer.alloc(24);
  buffer.writeUInt16LE(NAMES_ARE_UTF8, 0);
  buffer.writeUInt16LE(DEFLATED, 2);
  buffer.writeUInt16LE(DATE, 6);
  buffer.writeUInt32LE(crc32(bytes), 8);
  buffer.writeUInt32LE(deflated.length, 12);
  buffer.writeUInt32LE(bytes.length, 16);
  buffer.writeUInt16LE(name.length, 20);
  return buffer;
}

/** The end of an entry in the directory: no comment, the first disk, a plain file, and where it begins. */
function placeOf(offset: number): Buffer {
  const buffer = Buffer.alloc(14);
  buffer.writeUInt32LE(PLAIN_FILE, 6);
  buffer.writeUInt32LE(offset, 10);
  return buffer;
}

function end(entries: number, directory: readonly Buffer[], offset: number): Buffer {
  const buffer = Buffer.alloc(22);
  buffer.writeUInt32LE(END, 0);
  buffer.writeUInt16LE(entries, 8);
  buffer.writeUInt16LE(entries, 10);
  buffer.writeUInt32LE(
    directory.reduce((sum, { length }) => sum + length, 0),
    12,
  );
  buffer.writeUInt32LE(offset, 16);
  return buffer;
}
