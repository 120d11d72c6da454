import { importContents } from "../../../shared/catalog/transfer/import-contents.ts";
import { readExport } from "../../../shared/catalog/transfer/read-export.ts";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { ImportCatalogOutput } from "../json/transfer.ts";
import { linesOf } from "../lines-of-file.ts";
import { openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
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

/** All that is wrong with what was read, in one failure. */
export function damaged(what: string, problems: readonly string[]): StillpointError {
  const told = problems.slice(0, MOST_PROBLEMS_TOLD);
  const untold = problems.length - told.length;
  const lines = [...told, ...(untold > 0 ? [`and ${untold} more`] : [])].map((problem) => `  ${problem}`);
  return new StillpointError("CATALOG_DAMAGED", [`${what}; nothing was written`, ...lines].join("\n"));
}
