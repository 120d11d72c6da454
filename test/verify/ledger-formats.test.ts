import { createCipheriv, pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import { assetArgumentOf } from "../../shared/verify/asset-argument.ts";
import { inputReferencesOf } from "../../shared/verify/asset-input.ts";
import { assetHash } from "../../shared/verify/asset-row.ts";
import { openSecretWith } from "../../shared/verify/hmac-secret.ts";
import { keyText } from "../../shared/verify/row.ts";
import { contractKeyOf } from "../../shared/verify/signature.ts";
import { roleOf } from "../../shared/verify/table-role.ts";
import { writtenRecordsOf } from "../../shared/verify/write-set.ts";

const FIRST = {
  id: "accté1",
  age: 0,
  input: "{}",
  output: '{"balance":0}',
  contractId: "alice/1/create",
  argument: 'V2\u0001nonce-1\u0003\u0003{"asset_id":"accté1"}',
  signature: Uint8Array.of(1, 2, 3),
  hash: new Uint8Array(),
  previousHash: undefined,
};

test("the hash of a record is the ledger's own", () => {
  const first = assetHash(FIRST);
  expect(first.toString("hex")).toBe("e6d9e9a1c78ddd937a9554274a14fd4d81fdc4b5962e55aae23a104b11bf83cc");
  const second = {
    ...FIRST,
    age: 1,
    input: '{"accté1":{"age":0}}',
    output: '{"balance":10}',
    contractId: "alice/1/pay",
    argument: FIRST.argument.replace("nonce-1", "nonce-2"),
    signature: Uint8Array.of(4, 5),
    previousHash: first,
  };
  expect(assetHash(second).toString("hex")).toBe(
    "3812e31e9fff8976fa8665f267fd489e38c31608a14d638e36e45c46272096c0",
  );
});

test.each([
  {
    argument: '{"nonce":"n1","amount":1}',
    expected: { nonce: "n1", contextNamespace: undefined, functions: undefined },
  },
  {
    argument: "V2\u0001n2\u0003f1\u0002f2\u0003{}",
    expected: { nonce: "n2", contextNamespace: undefined, functions: "f1\u0002f2" },
  },
  {
    argument: "V3\u0001n3\u0003default\u0003\u0003{}",
    expected: { nonce: "n3", contextNamespace: undefined, functions: "" },
  },
  {
    argument: "V3\u0001n4\u0003orders\u0003touch\u0003{}",
    expected: { nonce: "n4", contextNamespace: "orders", functions: "touch" },
  },
  { argument: "Visa", expected: undefined },
  { argument: "", expected: undefined },
])("the argument $argument tells nonce, namespace and functions", ({ argument, expected }) => {
  expect(assetArgumentOf(argument)).toEqual(expected);
});

test.each([
  { input: "{}", expected: [] },
  { input: '{"a":{"age":3}}', expected: [{ namespace: "default", id: "a", age: 3 }] },
  {
    input: '{"ns1":{"a":{"age":0}},"default":{"b":{"age":2}},"_version":2}',
    expected: [
      { namespace: "ns1", id: "a", age: 0 },
      { namespace: "default", id: "b", age: 2 },
    ],
  },
  { input: '{"_version":{"age":1}}', expected: [{ namespace: "default", id: "_version", age: 1 }] },
  { input: "[1", expected: undefined },
  { input: '{"a":{"years":3}}', expected: undefined },
])("the input $input names the records that were read", ({ input, expected }) => {
  expect(inputReferencesOf(input)).toEqual(expected);
});

test("a stored secret opens with the ledger's cipher key and with no other", () => {
  const key = pbkdf2Sync(
    "cipher",
    Buffer.from("RnW+ANA7ucRdXmRI125kMimsSos=", "base64"),
    65_536,
    32,
    "sha256",
  );
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.from("alice"));
  const stored = Buffer.concat([cipher.update("alice-secret-key"), cipher.final(), cipher.getAuthTag()]);
  expect(Buffer.from(openSecretWith("cipher")(stored, "alice", 1) ?? []).toString()).toBe("alice-secret-key");
  expect(openSecretWith("another")(stored, "alice", 1)).toBeUndefined();
  expect(openSecretWith("cipher")(stored, "bob", 1)).toBeUndefined();
});

test("a contract id has three parts", () => {
  expect(contractKeyOf("bob/2/pay")).toEqual({ entity: "bob", keyVersion: 2, contract: "pay" });
  for (const wrong of ["bob/pay", "bob/x/pay", "bob/1/pay/more", ""])
    expect(contractKeyOf(wrong)).toBeUndefined();
});

test("a write set names the records and the child that wrote them", () => {
  const one = Buffer.from(
    "0801125e0a5c122c12036170701a0677616c6c6574220f0a0d0a056f776e65723a040a026f342a0c0a0a0a04736c6f741a020816122c12036170701a0677616c6c6574220f0a0d0a056f776e65723a040a026f352a0c0a0a0a04736c6f741a020817",
    "hex",
  );
  expect(writtenRecordsOf(one)).toEqual([
    { table: "app.wallet", key: "o4/22", child: undefined },
    { table: "app.wallet", key: "o5/23", child: undefined },
  ]);
  expect(writtenRecordsOf(one.subarray(0, 30))).toBeUndefined();
  expect(writtenRecordsOf(Buffer.from("08011200", "hex"))).toEqual([]);
});

test.each([
  ["a later version", "08021200"],
  ["no list of groups, as of a newer kind", "0801"],
  ["a list of groups that holds something else", "0801120212 00"],
  ["an entry that names no record", "08011208 0a06 1204 1200 1a00"],
])("a write set of %s is not read as one that says all", (_, hex) => {
  expect(writtenRecordsOf(Buffer.from(hex.replaceAll(" ", ""), "hex"))).toBeUndefined();
});

test("keys that differ read differently", () => {
  expect(keyText(["a/b"])).not.toBe(keyText(["a", "b"]));
  expect(keyText(["a\\", "b"])).not.toBe(keyText(["a", "\\b"]));
  expect(keyText(["o4", 22])).toBe("o4/22");
});

test("a table is the ledger's by its namespace, its name and its columns", () => {
  const system = { ledger: "scalar", coordinator: "coordinator" };
  const columns = {
    id: "text",
    prev_hash: "blob",
    tx_id: "text",
    tx_state: "int",
    tx_version: "int",
  } as const;
  expect(roleOf("scalar", "asset", columns, system)).toBe("asset");
  expect(roleOf("scalar_orders", "asset", columns, system)).toBe("asset");
  expect(roleOf("scalars", "asset", columns, system)).toBe("record");
  expect(roleOf("scalar_shop", "asset", { id: "text" }, system)).toBe("other");
  expect(roleOf("coordinator", "state", columns, system)).toBe("coordinator");
});
