import { createPublicKey, type KeyObject, sign } from "node:crypto";

/** Tags of the few ASN.1 types that a certificate needs. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  dnsName: 0x82,
  ipAddress: 0x87,
};
/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
/** 2.5.4.3 */
const COMMON_NAME = "550403";
/** 2.5.29.17 and 2.5.29.19 */
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
const VALID_FROM = "200101000000Z";
const VALID_UNTIL = "491231235959Z";
const PEM_LINE = 64;

/** Whom a certificate speaks for beside its name, if it is that of a server. */
export interface ServerNames {
  readonly dnsNames: readonly string[];
  /** IPv4. */
  readonly ipAddresses: readonly string[];
}

/**
 * A self-signed X.509 certificate in PEM: Node can read one, but not make one. That of a server is its own authority
 * as well.
 */
export function selfSigned(commonName: string, key: KeyObject, server?: ServerNames): string {
  const algorithm = der(TAG.sequence, hex(TAG.oid, ECDSA_WITH_SHA256));
  const name = der(
    TAG.sequence,
    der(TAG.set, der(TAG.sequence, hex(TAG.oid, COMMON_NAME), der(TAG.utf8, Buffer.from(commonName)))),
  );
  const validity = [VALID_FROM, VALID_UNTIL].map((time) => der(TAG.utcTime, Buffer.from(time)));
  const body = der(
    TAG.sequence,
    der(TAG.version, hex(TAG.integer, "02")),
    hex(TAG.integer, "01"),
    algorithm,
    name,
    der(TAG.sequence, ...validity),
    name,
    createPublicKey(key).export({ type: "spki", format: "der" }),
    ...(server ? [der(TAG.extensions, der(TAG.sequence, ...serverExtensions(server)))] : []),
  );
  const signature = der(TAG.bits, Buffer.of(0), sign("sha256", body, key));
  return pem(der(TAG.sequence, body, algorithm, signature));
}

function serverExtensions({ dnsNames, ipAddresses }: ServerNames): readonly Buffer[] {
  const names = [
    ...dnsNames.map((name) => der(TAG.dnsName, Buffer.from(name))),
    ...ipAddresses.map((address) => der(TAG.ipAddress, Buffer.from(address.split(".").map(Number)))),
  ];
  const authority = der(TAG.sequence, hex(TAG.boolean, "ff"));
  return [
    der(TAG.sequence, hex(TAG.oid, BASIC_CONSTRAINTS), hex(TAG.boolean, "ff"), der(TAG.octets, authority)),
    der(TAG.sequence, hex(TAG.oid, SUBJECT_ALT_NAME), der(TAG.octets, der(TAG.sequence, ...names))),
  ];
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

function hex(tag: number, content: string): Buffer {
  return der(tag, Buffer.from(content, "hex"));
}

function lengthOf({ length }: Buffer): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(new RegExp(`.{1,${PEM_LINE}}`, "g")) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
