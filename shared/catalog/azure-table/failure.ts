import { codeOfStorage, describeStorage, isFromService } from "../../azure/storage-refusal.ts";
import { unreadable } from "../parted/failure.ts";
import type { Failures } from "../parted/item-table.ts";
import { type CatalogAddress, whereOf } from "./table.ts";

const ROLE = "Storage Table Data Contributor";
const NO_TABLE =
  "there is no such table: check the catalog's account, table and endpoint in the configuration, " +
  'or create the table with "stillpoint catalog create", as no deployment does';

/** Whatever the service says becomes `CATALOG_UNREADABLE` with the table. */
export function azureTableFailures(address: CatalogAddress): Failures {
  const where = whereOf(address);
  return {
    where,
    report(error, deed, state) {
      if (!isFromService(error)) return error;
      const reason =
        codeOfStorage(error) === "TableNotFound"
          ? NO_TABLE
          : describeStorage(error, { account: address.account, role: ROLE });
      return unreadable({ where }, deed, `${reason}; ${state}`, error);
    },
  };
}
