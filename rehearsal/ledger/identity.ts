import { createECDH, createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { selfSigned } from "./certificate.ts";

/** Who executes contracts: the entity, its key, and the certificate that a ledger keeps of it. */
export interface Identity {
  readonly entityId: string;
  readonly keyVersion: number;
  readonly key: KeyObject;
}

/** The same seed gives the same key, so that separate processes sign as one entity. */
export function seededIdentity(entityId: string, seed: string): Identity {
  const ecdh = createECDH("prime256v1");
  const secret = createHash("sha256").update(`${entityId} ${seed}`).digest();
  ecdh.setPrivateKey(secret);
  const point = ecdh.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
    d: secret.toString("base64url"),
  };
  return { entityId, keyVersion: 1, key: createPrivateKey({ key: jwk, format: "jwk" }) };
}

export function certificateOf(identity: Identity): string {
  return selfSigned(identity.entityId, identity.key);
}

/** The `contract_id` column: who executed which contract, with which key. */
export function contractColumn(identity: Identity, contractId: string): string {
  return `${identity.entityId}/${identity.keyVersion}/${contractId}`;
}

/** ScalarDL's digital signature of a contract's execution: ECDSA P-256, in DER. */
export function signExecution(identity: Identity, contractId: string, argument: string): Buffer {
  return signed(identity, [Buffer.from(contractId), Buffer.from(argument)]);
}

export function signRegistration(
  identity: Identity,
  contractId: string,
  binaryName: string,
  code: Buffer,
): Buffer {
  return signed(identity, [Buffer.from(contractId), Buffer.from(binaryName), code]);
}

function signed(identity: Identity, parts: readonly Buffer[]): Buffer {
  const version = Buffer.alloc(4);
  version.writeInt32BE(identity.keyVersion);
  return sign("sha256", Buffer.concat([...parts, Buffer.from(identity.entityId), version]), identity.key);
}
