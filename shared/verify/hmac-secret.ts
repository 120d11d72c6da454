import { createDecipheriv, pbkdf2Sync } from "node:crypto";

/** Opens a stored secret; `undefined` where it cannot. */
export type OpenSecret = (stored: Uint8Array, entity: string, keyVersion: number) => Uint8Array | undefined;

// ScalarDL's own constants: every ledger derives its key with this salt.
const SALT = Buffer.from("RnW+ANA7ucRdXmRI125kMimsSos=", "base64");
const ITERATIONS = 65_536;
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/**
 * The rows of `secret` are sealed with the ledger's cipher key (`scalar.dl.ledger.authentication.hmac.cipher_key`):
 * AES-256-GCM with the entity's id for the nonce and the tag at the end.
 */
export function openSecretWith(cipherKey: string): OpenSecret {
  const key = pbkdf2Sync(cipherKey, SALT, ITERATIONS, KEY_BYTES, "sha256");
  return (stored, entity) => {
    if (stored.length < TAG_BYTES) return undefined;
    try {
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(entity), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(stored.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(stored.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      // Another key sealed it.
      return undefined;
    }
  };
}
