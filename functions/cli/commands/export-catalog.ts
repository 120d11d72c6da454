import { open, unlink } from "node:fs/promises";
import type { Store } from "../../../shared/catalog/store.ts";
import { exportLines } from "../../../shared/catalog/transfer/export-lines.ts";
import { type Failure, StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { fileFailure } from "../file-failure.ts";
import { ExportCatalogOutput } from "../json/transfer.ts";
import { openCatalog } from "../opening.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";
import { counted } from "../show/text.ts";

const FILE_MODE = 0o600;
const STANDARD_OUTPUT = "-";

/** `stillpoint catalog export [FILE]`: everything, as lines of JSON; on standard output where no file is named. */
export async function exportCatalog(shell: Shell, file = STANDARD_OUTPUT): Promise<Outcome> {
  const toShell = file === STANDARD_OUTPUT;
  if (toShell && shell.json)
    throw new StillpointError(
      "USAGE",
      "give a FILE with --json: the export itself is no JSON value; nothing was done",
    );
  const { store } = openCatalog(shell).catalog;
  const { unreadable, ...count } = toShell
    ? await exportTo(store, async (text) => shell.print(text))
    : await exportToFile(store, file);
  const failure = failureOf(unreadable);
  const said = `${counted(count.records, "record")} and ${counted(count.entries, "journal entry", "journal entries")}`;
  return {
    schema: ExportCatalogOutput,
    value: { file, ...count, unreadable },
    lines: toShell ? [] : [`${said} written to "${file}"`],
    ...(failure && { failure }),
  };
}

async function exportToFile(store: Store, file: string) {
  const handle = await open(file, "wx", FILE_MODE).catch((error: unknown) => {
    throw new StillpointError("USAGE", `cannot write "${file}": ${fileFailure(error)}; nothing was done`);
  });
  try {
    const exported = await exportTo(store, (text) => handle.appendFile(text));
    await handle.sync();
    return exported;
  } catch (error) {
    // Half of a catalog is no copy of it.
    await unlink(file).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

async function exportTo(store: Store, write: (text: string) => Promise<void>) {
  const unreadable: string[] = [];
  const count = { records: 0, entries: 0 };
  for await (const line of exportLines(store, (message) => unreadable.push(message))) {
    await write(`${JSON.stringify(line)}\n`);
    if (line.kind === "catalog-record") count.records++;
    if (line.kind === "catalog-journal") count.entries++;
  }
  return { ...count, unreadable };
}

function failureOf(unreadable: readonly string[]): Failure | undefined {
  if (unreadable.length === 0) return undefined;
  return {
    code: "CATALOG_DAMAGED",
    message: `the export lacks what cannot be read: ${unreadable.join("; ")}`,
  };
}
