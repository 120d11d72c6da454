import { assetArgumentOf } from "./asset-argument.ts";
import type { InputReference } from "./asset-input.ts";
import { type AssetRow, assetHash } from "./asset-row.ts";
import type { Suspicion } from "./finding.ts";

/** Where an asset record was read. */
export interface AssetPlace {
  readonly table: string;
  readonly namespace: string;
  /** `undefined` where the table has no transaction columns. */
  readonly transaction: string | undefined;
}

/** The checks that a record of the ledger answers by itself, without its contract. */
export function judgeAsset(
  asset: AssetRow,
  references: readonly InputReference[] | undefined,
  place: AssetPlace,
): readonly Suspicion[] {
  const name = `${asset.id}/${asset.age}`;
  const { transaction } = place;
  const where = { table: place.table, key: name, ...(transaction === undefined ? {} : { transaction }) };
  const found: Suspicion[] = [];
  if (!assetHash(asset).equals(asset.hash)) {
    found.push({
      check: "hash-differs",
      ...where,
      text: `record "${name}" does not have the hash it is stored with: one of its columns was changed`,
    });
  }
  const nonce = assetArgumentOf(asset.argument)?.nonce;
  if (transaction !== undefined && nonce !== transaction) {
    found.push({
      check: "nonce-differs",
      ...where,
      text: `record "${name}" has nonce "${nonce ?? "?"}", but was written by transaction "${transaction}"`,
    });
  }
  const wrong = wrongInput(asset, references, place.namespace);
  if (wrong !== undefined) found.push({ check: "input-wrong", ...where, text: `record "${name}" ${wrong}` });
  return found;
}

/** A record's age is one more than the age of its asset in the read set, and 0 where that does not have it. */
function wrongInput(
  asset: AssetRow,
  references: readonly InputReference[] | undefined,
  namespace: string,
): string | undefined {
  if (references === undefined) return "has an input that cannot be parsed";
  const own = references.find((each) => each.namespace === namespace && each.id === asset.id);
  if (own === undefined) return asset.age === 0 ? undefined : "does not name its own asset among its inputs";
  return own.age === asset.age - 1 ? undefined : `names age ${own.age} of its own asset as its input`;
}
