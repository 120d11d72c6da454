import { StillpointError } from "../errors/stillpoint-error.ts";

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** Keys come from the catalog, which people may edit: none may lead out of the store. */
export function plainKey(key: string): string {
  if (PLAIN.test(key)) return key;
  throw new StillpointError(
    "DUMP_DAMAGED",
    `"${key}" cannot be the key of a dump; nothing was read or written`,
  );
}
