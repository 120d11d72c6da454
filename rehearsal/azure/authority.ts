import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { selfSigned } from "../ledger/certificate.ts";

/** One certificate that is its own authority: clients that trust it reach every endpoint of the imitation. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export function createAuthority(): Authority {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const certificate = selfSigned("Stillpoint rehearsal", createPrivateKey(key), {
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
  });
  return { certificate, key };
}
