import {
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
  X509Certificate,
} from "node:crypto";
import { assetArgumentOf } from "./asset-argument.ts";
import type { AssetRow } from "./asset-row.ts";

/** Who ran which contract with which key, as a record names it: `entity/keyVersion/contract`. */
export interface ContractKey {
  readonly entity: string;
  readonly keyVersion: number;
  readonly contract: string;
}

export function contractKeyOf(contractId: string): ContractKey | undefined {
  const [entity, version, contract, ...rest] = contractId.split("/");
  const keyVersion = Number(version);
  if (entity === undefined || contract === undefined || rest.length > 0 || !Number.isInteger(keyVersion))
    return undefined;
  return { entity, keyVersion, contract };
}

/** How an entity signs: with the key of its certificate, or with a secret that it shares with the ledger. */
export type SigningKey =
  | { readonly kind: "ecdsa"; readonly key: KeyObject }
  | { readonly kind: "hmac"; readonly secret: Uint8Array };

const VERSION_BYTES = 4;

/**
 * What the client signed: the bare contract id, the argument column, the context namespace unless it is the
 * default one, the entity and its key version as int32 big-endian, without separators.
 */
export function signedMessage(asset: AssetRow, contract: ContractKey): Buffer {
  const namespace = assetArgumentOf(asset.argument)?.contextNamespace ?? "";
  const version = Buffer.allocUnsafe(VERSION_BYTES);
  version.writeInt32BE(contract.keyVersion);
  return Buffer.concat([
    Buffer.from(contract.contract + asset.argument + namespace + contract.entity),
    version,
  ]);
}

export function isSignedBy(key: SigningKey, message: Uint8Array, signature: Uint8Array): boolean {
  switch (key.kind) {
    case "ecdsa":
      // Node takes an ECDSA signature for DER unless told otherwise.
      return verify("sha256", message, key.key, signature);
    case "hmac": {
      const expected = createHmac("sha256", key.secret).update(message).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    default:
      return key satisfies never;
  }
}

/** `undefined` where the PEM is not a certificate or a public key. */
export function publicKeyOf(pem: string): KeyObject | undefined {
  try {
    return pem.includes("CERTIFICATE") ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  } catch {
    return undefined;
  }
}
