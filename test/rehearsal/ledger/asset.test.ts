import { verify, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { argumentColumn, assetHash, inputColumn } from "../../../rehearsal/ledger/asset.ts";
import { certificateOf, seededIdentity, signExecution } from "../../../rehearsal/ledger/identity.ts";
import { ASSET } from "../../../rehearsal/ledger/ledger-tables.ts";
import { blobOf, numberOf, textOf } from "../../../rehearsal/ledger/value.ts";
import { realRows } from "./real.ts";

const assets = realRows().filter(({ table }) => table === ASSET);

test("hashes of a real ledger's rows come out the same", () => {
  expect(assets.length).toBeGreaterThan(5);
  for (const { item } of assets) {
    const hash = assetHash({
      id: textOf(item, "id"),
      age: numberOf(item, "age"),
      input: textOf(item, "input"),
      output: textOf(item, "output"),
      contractId: textOf(item, "contract_id"),
      argument: textOf(item, "argument"),
      signature: blobOf(item, "signature"),
      prevHash: item["prev_hash"]?.B,
    });
    expect(hash.toString("hex")).toBe(Buffer.from(blobOf(item, "hash")).toString("hex"));
  }
});

test("a hash covers the age as four little-endian bytes and the hash before", () => {
  const content = {
    id: "accté1",
    age: 1,
    input: '{"accté1":{"age":0}}',
    output: '{"balance":10}',
    contractId: "alice/1/pay",
    argument: 'V2\u0001nonce-2\u0003\u0003{"asset_id":"accté1"}',
    signature: Buffer.of(4, 5),
    prevHash: Buffer.from("e6d9e9a1c78ddd937a9554274a14fd4d81fdc4b5962e55aae23a104b11bf83cc", "hex"),
  };
  const expected = "3812e31e9fff8976fa8665f267fd489e38c31608a14d638e36e45c46272096c0";
  expect(assetHash(content).toString("hex")).toBe(expected);
});

test("arguments and inputs are spelled as a real ledger spells them", () => {
  for (const { item } of assets) {
    const [, nonce = "", , functions = "", json = "{}"] = textOf(item, "argument")
      .replace("\u0001", "\u0003")
      .split("\u0003");
    expect(argumentColumn(nonce, functions, JSON.parse(json))).toBe(textOf(item, "argument"));
    const input = JSON.parse(textOf(item, "input")) as Record<string, { age: number }>;
    const ages = new Map(Object.entries(input).map(([id, { age }]) => [id, age]));
    expect(inputColumn(ages)).toBe(textOf(item, "input"));
  }
});

test("a signature can be checked with the certificate that the ledger keeps", () => {
  const identity = seededIdentity("rehearsal", "seed");
  const signature = signExecution(identity, "transfer", "the argument");
  const message = Buffer.concat([Buffer.from("transferthe argumentrehearsal"), Buffer.of(0, 0, 0, 1)]);
  const { publicKey } = new X509Certificate(certificateOf(identity));
  expect(verify("sha256", message, publicKey, signature)).toBe(true);
});

test("a certificate is self-signed and names its holder", () => {
  const certificate = new X509Certificate(certificateOf(seededIdentity("アリス", "seed")));
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.subject).toBe("CN=アリス");
  expect(certificate.issuer).toBe("CN=アリス");
});

test("one seed gives one key, another seed another", () => {
  const publicKey = (seed: string) => new X509Certificate(certificateOf(seededIdentity("a", seed))).publicKey;
  expect(publicKey("one").equals(publicKey("one"))).toBe(true);
  expect(publicKey("one").equals(publicKey("two"))).toBe(false);
});
