import { unreadable } from "../parted/failure.ts";
import type { Deed, Failures } from "../parted/item-table.ts";
import { describe, isFromService } from "./refusal.ts";
import { isOtherKey, otherShape } from "./shape.ts";
import { type CatalogAddress, whereOf } from "./table.ts";

/** Whatever the service says becomes `CATALOG_UNREADABLE` with the table. */
export function dynamodbFailures(address: CatalogAddress): Failures {
  const where = whereOf(address);
  return {
    where,
    report(error, deed: Deed, state) {
      if (!isFromService(error)) return error;
      if (isOtherKey(error)) return otherShape(address, state, undefined, error);
      return unreadable({ where }, deed, `${describe(error)}; ${state}`, error);
    },
  };
}
