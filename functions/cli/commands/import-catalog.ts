import { importContents } from "../../../shared/catalog/transfer/import-contents.ts";
import { readExport } from "../../../shared/catalog/transfer/read-export.ts";
import { readLogs } from "../../../shared/catalog/transfer/read-logs.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { ImportCatalogOutput } from "../json/transfer.ts";
import { linesOf } from "../lines-of-file.ts";
import { openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { counted } from "../show/text.ts";
import { importLines } from "../show/transfer.ts";

/** More would bury the first of them. */
const MOST_PROBLEMS_TOLD = 50;

export interface ImportOptions {
  readonly merge?: boolean;
}

/** `stillpoint catalog import FILE`: what an export wrote, into an empty catalog, or what of it is absent. */
export async function importCatalog(shell: Shell, file: string, options: ImportOptions): Promise<Outcome> {
  const { store } = openCatalog(shell).catalog;
  const { contents, problems } = await readExport(linesOf(file));
  if (problems.length > 0) throw damaged(`"${file}" cannot be imported`, problems);
  const imported = await importContents(store, contents, { merge: options.merge === true });
  return {
    schema: ImportCatalogOutput,
    value: { ...imported, problems: [] },
    lines: importLines(imported),
  };
}

export interface RebuildOptions {
  readonly incomplete?: boolean;
}

/** `stillpoint catalog rebuild FILE...`: from exported log lines, into an empty catalog. */
export async function rebuildCatalog(
  shell: Shell,
  files: readonly string[],
  { incomplete = false }: RebuildOptions,
): Promise<Outcome> {
  const { store } = openCatalog(shell).catalog;
  const logs = files.map((name) => ({ name, lines: linesOf(name) }));
  const { contents, problems, ignored } = await readLogs(logs);
  if (contents.records.length === 0 && problems.length === 0)
    throw damaged("the catalog cannot be rebuilt", [
      `no line of ${counted(ignored, "line")} tells of a catalog`,
    ]);
  if (problems.length > 0 && !incomplete)
    throw damaged("the catalog cannot be rebuilt completely", [
      ...problems,
      "with --incomplete the rest is written all the same",
    ]);
  const imported = await importContents(store, contents, { merge: false });
  return {
    schema: ImportCatalogOutput,
    value: { ...imported, ignored, problems },
    lines: [
      ...importLines(imported),
      ...(ignored > 0 ? [`ignored: ${counted(ignored, "line")} that tell of something else`] : []),
      ...problems.map((problem) => `missing: ${problem}`),
    ],
  };
}

function damaged(what: string, problems: readonly string[]): StillpointError {
  const told = problems.slice(0, MOST_PROBLEMS_TOLD);
  const untold = problems.length - told.length;
  const lines = [...told, ...(untold > 0 ? [`and ${untold} more`] : [])].map((problem) => `  ${problem}`);
  return new StillpointError("CATALOG_DAMAGED", [`${what}; nothing was written`, ...lines].join("\n"));
}
