import type { Providers } from "../azure/management-plane.ts";
import { ACCOUNTS } from "./accounts.ts";
import { CONTINUOUS_BACKUP } from "./continuous-backup.ts";
import { RESTORABLE } from "./restorable.ts";
import { ROLES } from "./roles.ts";
import { SQL_RESOURCES } from "./sql-resources.ts";
import { THROUGHPUT } from "./throughput.ts";
import type { World } from "./world.ts";

export const DOCUMENT_DB: Providers<World> = {
  "Microsoft.DocumentDB": {
    ...ACCOUNTS,
    ...RESTORABLE,
    ...ROLES,
    ...THROUGHPUT,
    ...CONTINUOUS_BACKUP,
    ...SQL_RESOURCES,
  },
};
