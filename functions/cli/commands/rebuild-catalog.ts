import { importContents } from "../../../shared/catalog/transfer/import-contents.ts";
import { type GatheredLogs, readLogs } from "../../../shared/catalog/transfer/read-logs.ts";
import { codeOf, toFailure } from "../../../shared/errors/stillpoint-error.ts";
import { ImportCatalogOutput } from "../json/transfer.ts";
import { linesOf } from "../lines-of-file.ts";
import { openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { counted } from "../show/text.ts";
import { coverageLines, importLines } from "../show/transfer.ts";
import { damaged } from "./import-catalog.ts";

export interface RebuildOptions {
  readonly incomplete?: boolean;
  readonly merge?: boolean;
}

/** `stillpoint catalog rebuild FILE...`: from exported log lines, into an empty catalog, or what of it is absent. */
export async function rebuildCatalog(
  shell: Shell,
  files: readonly string[],
  { incomplete = false, merge = false }: RebuildOptions,
): Promise<Outcome> {
  const { store } = openCatalog(shell).catalog;
  const gathered = await readLogs(files.map((name) => ({ name, lines: linesOf(name) })));
  expectUsable(gathered, incomplete);
  const { contents, coverage, ignored, problems } = gathered;
  const told = { ignored, covers: coverage, problems };
  try {
    const imported = await importContents(store, contents, { merge });
    return {
      schema: ImportCatalogOutput,
      value: { ...imported, ...told },
      lines: [
        ...importLines(imported),
        ...coverageLines(coverage),
        ...(ignored > 0 ? [ignoredText(ignored)] : []),
        ...problems.map((problem) => `missing: ${problem}`),
      ],
    };
  } catch (error) {
    if (codeOf(error) !== "CATALOG_NOT_EMPTY") throw error;
    return {
      schema: ImportCatalogOutput,
      value: { records: {}, entries: 0, kept: 0, leftOut: 0, ...told },
      lines: [],
      failure: toFailure(error),
      about: { rebuild: { files, incomplete } },
    };
  }
}

function expectUsable({ contents, problems, ignored }: GatheredLogs, incomplete: boolean): void {
  if (contents.records.length === 0 && problems.length === 0)
    throw damaged("the catalog cannot be rebuilt", [
      `no line of ${counted(ignored, "line")} tells of a catalog`,
    ]);
  if (problems.length > 0 && !incomplete)
    throw damaged("the catalog cannot be rebuilt completely", [
      ...problems,
      "with --incomplete the rest is written all the same",
    ]);
}

function ignoredText(ignored: number): string {
  return `ignored: ${counted(ignored, "line")} that ${ignored === 1 ? "tells" : "tell"} of something else`;
}
