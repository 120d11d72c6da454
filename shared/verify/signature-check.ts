import type { AssetRow } from "./asset-row.ts";
import type { Suspicion } from "./finding.ts";
import type { AssetPlace } from "./judge-asset.ts";
import type { KeyRing, NoKey } from "./key-ring.ts";
import { type ContractKey, contractKeyOf, isSignedBy, type SigningKey, signedMessage } from "./signature.ts";

/** How many signatures were checked, by kind, and how many could not be, by reason. */
export interface SignatureCounts {
  readonly checked: Readonly<Record<SigningKey["kind"], number>>;
  readonly unchecked: Readonly<Record<NoKey, number>>;
}

/** Checks the signature of every record, and that its contract is registered. */
export class SignatureCheck {
  readonly #ring: KeyRing;
  readonly #checked = { ecdsa: 0, hmac: 0 };
  readonly #unchecked = { "no-key": 0, sealed: 0, unreadable: 0 };

  constructor(ring: KeyRing) {
    this.#ring = ring;
  }

  get counts(): SignatureCounts {
    return { checked: { ...this.#checked }, unchecked: { ...this.#unchecked } };
  }

  judge(asset: AssetRow, place: AssetPlace): readonly Suspicion[] {
    const contract = contractKeyOf(asset.contractId);
    const name = `${asset.id}/${asset.age}`;
    const where = { table: place.table, key: name };
    if (contract === undefined) {
      this.#unchecked["no-key"] += 1;
      return [
        {
          check: "contract-missing",
          ...where,
          text: `record "${name}" names the contract "${asset.contractId}", which is no contract's id`,
        },
      ];
    }
    const found: Suspicion[] = [];
    if (!this.#ring.hasContract(contract)) {
      found.push({
        check: "contract-missing",
        ...where,
        text: `record "${name}" names contract "${asset.contractId}", which is not registered in the copy`,
      });
    }
    if (!this.#signed(asset, contract)) {
      found.push({
        check: "signature-wrong",
        ...where,
        text: `record "${name}" is not signed by "${contract.entity}" with key version ${contract.keyVersion}`,
      });
    }
    return found;
  }

  /** What cannot be checked is counted, not doubted. */
  #signed(asset: AssetRow, contract: ContractKey): boolean {
    const lookup = this.#ring.keyOf(contract);
    if (lookup.kind !== "key") {
      this.#unchecked[lookup.kind] += 1;
      return true;
    }
    this.#checked[lookup.key.kind] += 1;
    return isSignedBy(lookup.key, signedMessage(asset, contract), asset.signature);
  }
}
