import * as z from "zod";

/** One table's part of one node's snapshot, as it is in the bucket. */
export interface UploadedTable {
  /** Lengths by the names of the files. */
  readonly files: ReadonlyMap<string, number>;
  /** What `manifest.json` says, where it is there. */
  readonly manifest: string | undefined;
  /** What the lists of components say, by their names, where they are there. */
  readonly lists: ReadonlyMap<string, string>;
}

/** What keeps the table from being restored from it. */
export type Lack =
  | { readonly kind: "absent"; readonly file: string }
  | { readonly kind: "empty"; readonly file: string }
  | { readonly kind: "unreadable"; readonly file: string; readonly why: string };

export const MANIFEST = "manifest.json";
const DATA = "Data.db";
const LIST = "TOC.txt";
const INDEX = /^\.([^/]+)\//;

/** What Cassandra had linked into the snapshot when it took it. */
interface Manifest {
  /** Of the table itself: files of data, as far as is known of any version. */
  readonly files: readonly string[];
  readonly indexes: readonly string[];
}

const Manifest = z.object({ files: z.array(z.string()) });

/** The files of an index lie one folder deeper than Cassy looks, so that none of them is ever uploaded. */
function readManifest(text: string): Manifest | undefined {
  const { data } = Manifest.safeParse(jsonOf(text));
  return (
    data && {
      files: data.files.filter((file) => !INDEX.test(file)),
      indexes: [...new Set(data.files.flatMap((file) => INDEX.exec(file)?.[1] ?? []))],
    }
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The lists of components that must be read before a table can be judged. */
export function listsOf(manifest: string): readonly string[] {
  return (readManifest(manifest)?.files ?? []).filter(isData).map(listBeside);
}

/** The secondary indexes of the table that have files, by name. */
export function indexesOf(manifest: string | undefined): readonly string[] {
  return (manifest === undefined ? undefined : readManifest(manifest))?.indexes ?? [];
}

/**
 * Holds the files against the manifest, and against the list of components beside each file of data. No file of data is
 * ever empty; some of the others may be.
 */
export function lacksOf({ files, manifest, lists }: UploadedTable): readonly Lack[] {
  if (manifest === undefined) return [{ kind: "absent", file: MANIFEST }];
  const read = readManifest(manifest);
  if (read === undefined) return [{ kind: "unreadable", file: MANIFEST, why: "lists no files" }];
  return read.files.flatMap((file) => {
    if (isData(file)) return dataLacks(file, files, lists.get(listBeside(file)));
    return files.has(file) ? [] : [{ kind: "absent", file }];
  });
}

function isData(file: string): boolean {
  return file.endsWith(`-${DATA}`);
}

function dataLacks(
  data: string,
  files: ReadonlyMap<string, number>,
  list: string | undefined,
): readonly Lack[] {
  const file = listBeside(data);
  const named = (list ?? "").split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  const needed = new Set([data, file, ...named.map((component) => beside(data, component))]);
  const absent = [...needed].filter((each) => !files.has(each));
  const lacks: Lack[] = absent.map((each) => ({ kind: "absent", file: each }));
  if (files.get(data) === 0) lacks.push({ kind: "empty", file: data });
  if (files.has(file) && !named.includes(DATA))
    lacks.push({ kind: "unreadable", file, why: `does not list ${DATA}` });
  return lacks;
}

function listBeside(data: string): string {
  return beside(data, LIST);
}

/** `nb-1-big-Data.db` has `nb-1-big-TOC.txt` beside it. */
function beside(data: string, component: string): string {
  return data.slice(0, -DATA.length) + component;
}

export function describeLack(lack: Lack): string {
  const { kind, file } = lack;
  switch (kind) {
    case "absent":
      return `no "${file}"`;
    case "empty":
      return `only an empty "${file}"`;
    case "unreadable":
      return `a "${file}" that ${lack.why}`;
    default:
      return lack satisfies never;
  }
}
