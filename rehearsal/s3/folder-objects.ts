import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Objects } from "./objects.ts";

/** Ends the names of files, so that an object `a` and another one `a/b` are two things to a file system. */
const FILE_END = "@";
/** A file that is being written. */
const PARTIAL_END = "@partial";
/** What no encoded name is. */
const NOTHING = "%";

/** Objects as files below a folder, where somebody else may look at them and where they outlive the process. */
export function folderObjects(folder: string): Objects {
  mkdirSync(folder, { recursive: true });
  const fileOf = (key: string) => `${join(folder, ...key.split("/").map(encoded))}${FILE_END}`;
  const keys = () => keysBelow(folder);
  return {
    get size() {
      return [...keys()].length;
    },
    get: (key) => (existsSync(fileOf(key)) ? readFileSync(fileOf(key)) : undefined),
    set(key, content) {
      const file = fileOf(key);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file + PARTIAL_END, content);
      renameSync(file + PARTIAL_END, file);
    },
    has: (key) => existsSync(fileOf(key)),
    delete(key) {
      const had = existsSync(fileOf(key));
      rmSync(fileOf(key), { force: true });
      return had;
    },
    clear() {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
    },
    keys,
    bytesOf: (key) => (existsSync(fileOf(key)) ? statSync(fileOf(key)).size : 0),
  };
}

function encoded(segment: string): string {
  if (segment === "") return NOTHING;
  return /^\.+$/.test(segment) ? segment.replaceAll(".", "%2E") : encodeURIComponent(segment);
}

function decoded(name: string): string {
  return name === NOTHING ? "" : decodeURIComponent(name);
}

function* keysBelow(folder: string, prefix = ""): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    if (entry.isDirectory()) yield* keysBelow(join(folder, name), `${prefix}${decoded(name)}/`);
    else if (name.endsWith(FILE_END)) yield prefix + decoded(name.slice(0, -FILE_END.length));
  }
}
