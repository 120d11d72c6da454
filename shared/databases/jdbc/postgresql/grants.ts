import { quoted } from "../../sql/quote.ts";
import type { Sql } from "../../sql/sql.ts";
import type { Grant, KeptSettings } from "./kept-settings.ts";

/** Whoever holds something now loses it first: what is left over would be a right that nobody gave. */
export async function putGrants(
  admin: Pick<Sql, "query">,
  name: string,
  wanted: readonly Grant[],
  found: Pick<KeptSettings, "owner" | "grants">,
): Promise<void> {
  const database = quoted("postgresql", name);
  const holders = ["PUBLIC", found.owner, ...(found.grants ?? []).map(({ grantee }) => grantee)];
  for (const holder of new Set(holders))
    await admin.query(`REVOKE ALL ON DATABASE ${database} FROM ${granteeOf(holder)}`);
  for (const { grantee, privilege, isGrantable } of wanted)
    await admin.query(
      `GRANT ${privilege} ON DATABASE ${database} TO ${granteeOf(grantee)}${isGrantable ? " WITH GRANT OPTION" : ""}`,
    );
}

function granteeOf(grantee: string): string {
  return grantee === "PUBLIC" ? grantee : quoted("postgresql", grantee);
}
