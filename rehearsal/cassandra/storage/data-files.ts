import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Update } from "./rows.ts";
import { lineOf, parseLine, updateOf } from "./update-line.ts";

const DATA = /^nb-(\d+)-big-Data\.db$/;
/** All but the data itself: what they hold is of no use here, but whoever copies them is to find them. */
const BESIDE = ["Index.db", "Filter.db", "Summary.db", "Statistics.db"] as const;

/** Numbers of the generations that a table's folder holds the data of. */
export function generationsIn(folder: string): readonly number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const [, generation] = DATA.exec(name) ?? [];
    return generation === undefined ? [] : [Number(generation)];
  });
}

export function dataFileName(generation: number): string {
  return fileName(generation, "Data.db");
}

function fileName(generation: number, component: string): string {
  return `nb-${generation}-big-${component}`;
}

/** Writes the components of one generation, the data last and all at once: without it there is no generation. */
export function writeGeneration(folder: string, generation: number, updates: readonly Update[]): void {
  const data = updates.map((update) => `${JSON.stringify(lineOf(update))}\n`).join("");
  const write = (component: string, content: string) =>
    writeFileSync(join(folder, fileName(generation, component)), content);
  write("Digest.crc32", String(crc32(data)));
  for (const component of BESIDE) write(component, `${component} of ${updates.length} partitions\n`);
  const contents = ["Data.db", "Digest.crc32", ...BESIDE, "TOC.txt"];
  write("TOC.txt", `${contents.join("\n")}\n`);
  write("Data.db.tmp", data);
  renameSync(join(folder, fileName(generation, "Data.db.tmp")), join(folder, dataFileName(generation)));
}

/** Refuses data that is not what its digest says: a node with such a file does not start. */
export function readGeneration(folder: string, generation: number): readonly Update[] {
  const path = join(folder, dataFileName(generation));
  const data = readFileSync(path, "utf8");
  const digest = join(folder, fileName(generation, "Digest.crc32"));
  if (existsSync(digest) && readFileSync(digest, "utf8").trim() !== String(crc32(data)))
    throw new Error(`CorruptSSTableException: "${path}" is not what its digest says`);
  return data
    .split("\n")
    .filter(Boolean)
    .map((line) => updateOf(parseLine(line)));
}

/** Every file of one generation. */
export function filesOf(folder: string, generation: number): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith(`nb-${generation}-big-`));
}
