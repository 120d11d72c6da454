import * as z from "zod";
import { COLLECTIONS } from "../../../shared/catalog/store.ts";
import { output } from "./output.ts";

const count = z.number().int();
const span = z.strictObject({ fromMs: z.number(), toMs: z.number() });

/** `stillpoint catalog create` */
export const CreateCatalogOutput = output({
  table: z.string(),
  /** Of a table in DynamoDB. */
  region: z.string().exactOptional(),
  /** Of an Azure table: its storage account. */
  account: z.string().exactOptional(),
  created: z.boolean(),
  /** `none` where the service has no such thing for a table. */
  deletionProtection: z.enum(["was on", "switched on", "none"]),
  pointInTimeRecovery: z.enum(["was on", "switched on", "none"]),
});

/** `stillpoint catalog export FILE`; the file itself is lines of JSON. */
export const ExportCatalogOutput = output({
  file: z.string(),
  records: count,
  entries: count,
  /** What could not be read, and is not in the file. */
  unreadable: z.array(z.string()),
});

/** `stillpoint catalog import` and `stillpoint catalog rebuild` */
export const ImportCatalogOutput = output({
  /** Records written, by collection. */
  records: z.partialRecord(z.enum(COLLECTIONS), count),
  /** Journal entries written. */
  entries: count,
  /** Records that were there already, and were left as they are. */
  kept: count,
  /** Signs of life of sweeps, which are not moved. */
  leftOut: count,
  /** Lines of logs that tell of something else; `rebuild` only. */
  ignored: count.exactOptional(),
  /** What the logs reach over, as far as they tell: a whole file that is missing is not seen. `rebuild` only. */
  covers: z
    .strictObject({
      /** When the restore points and pauses in them were taken. */
      taken: span.exactOptional(),
      /** When their lines were logged. */
      logged: span.exactOptional(),
    })
    .exactOptional(),
  /** What is missing or wrong in what was read; with `rebuild --incomplete` only. */
  problems: z.array(z.string()),
});
