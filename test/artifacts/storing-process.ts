import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { folderStore } from "../../shared/artifacts/folder-store.ts";
import { storeDump } from "../../shared/artifacts/store-dump.ts";
import { codeOf, messageOf } from "../../shared/errors/stillpoint-error.ts";

/** Stores a dump of 5 GB that nobody could compress, for whoever kills it or leaves it no room. */
const [, , folder = "", key = ""] = process.argv;
const MIB = 2 ** 20;

function* pieces() {
  for (let piece = 0; piece < 5_000; piece++) yield randomBytes(MIB);
}

await storeDump({
  store: folderStore(folder),
  key,
  output: Readable.from(pieces(), { objectMode: false }),
  ended: Promise.resolve(),
  stop: async () => {},
  expectedBytes: 5_000_000_000,
}).catch((error: unknown) => console.log(codeOf(error), messageOf(error)));
