import { closeSync, openSync, writeSync } from "node:fs";

/** Writes what looks as tables do in a dump: keys, JSON, hashes that cannot be compressed. */
const [, , path = "", bytes = "0"] = process.argv;
const PIECE_CHARACTERS = 1_000_000;

let seed = 1;
const random = () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed.toString(16).padStart(8, "0");
};

const file = openSync(path, "w");
for (let written = 0, row = 0; written < Number(bytes); ) {
  let rows = "";
  for (; rows.length < PIECE_CHARACTERS; row++)
    rows += `asset-${row}\t${row % 17}\t{"balance":${row * 31},"contract":"transfer"}\t${random()}${random()}${random()}${random()}\n`;
  written += writeSync(file, rows);
}
closeSync(file);
