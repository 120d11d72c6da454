import type { TableCreation } from "../../../shared/catalog/dynamodb/create-table.ts";
import type { Coverage, Span } from "../../../shared/catalog/transfer/coverage.ts";
import type { Imported } from "../../../shared/catalog/transfer/import-contents.ts";
import { counted, fact } from "./text.ts";
import { showTime } from "./time.ts";

const NOUNS = {
  leases: ["lease", "leases"],
  pauses: ["pause", "pauses"],
  points: ["restore point", "restore points"],
  runs: ["restore", "restores"],
} as const;

export function creationLines(where: string, creation: TableCreation): readonly string[] {
  const { created, deletionProtection, pointInTimeRecovery } = creation;
  return [
    `${where} ${created ? "was created" : "was there"}`,
    ...fact("deletion", `protection ${deletionProtection}`),
    ...fact("recovery", `to any second of the last 35 days ${pointInTimeRecovery}`),
  ];
}

/** What Azure has none of, and what to do instead. */
export function azureCreationLines(
  { table, account }: { readonly table: string; readonly account: string },
  created: boolean,
): readonly string[] {
  return [
    `table "${table}" in account "${account}" ${created ? "was created" : "was there"}`,
    ...fact("deletion", "not protected by the table: lock its account, once, with"),
    ...fact("", "az lock create --name stillpoint-catalog --lock-type CanNotDelete \\"),
    ...fact("", "  --resource-group GROUP --resource-type Microsoft.Storage/storageAccounts \\"),
    ...fact("", `  --resource ${account}`),
    ...fact(
      "recovery",
      "none, Azure Tables has no backups: run regularly, and keep elsewhere what it writes,",
    ),
    ...fact("", "stillpoint catalog export FILE"),
  ];
}

export function importLines({ records, entries, kept, leftOut }: Imported): readonly string[] {
  const written = Object.entries(records).map(([collection, count]) => {
    const [one, many] = NOUNS[collection as keyof typeof NOUNS] ?? ["record", collection];
    return counted(count, one, many);
  });
  return [
    `written: ${[...written, ...(entries > 0 ? [counted(entries, "journal entry", "journal entries")] : [])].join(", ") || "nothing"}`,
    ...(kept > 0
      ? [`left as they are: ${counted(kept, "record")} that ${kept === 1 ? "was" : "were"} there already`]
      : []),
    ...(leftOut > 0 ? [`not moved: ${counted(leftOut, "sign", "signs")} of life of sweeps`] : []),
  ];
}

/** For whoever knows what there was: a whole file that is missing shows nowhere else. */
export function coverageLines({ taken, logged }: Coverage): readonly string[] {
  return [
    `covers: ${taken ? `restore points and pauses taken ${spanText(taken)}` : "no restore points and pauses"}`,
    `covers: ${logged ? `lines logged ${spanText(logged)}` : "lines that do not say when they were logged"}`,
  ];
}

function spanText({ fromMs, toMs }: Span): string {
  return `from ${showTime(fromMs)} to ${showTime(toMs)}`;
}
