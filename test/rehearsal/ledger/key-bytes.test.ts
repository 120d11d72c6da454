import { expect, test } from "vitest";
import { keyAttributes } from "../../../rehearsal/ledger/key-bytes.ts";
import { keyOf } from "../../../rehearsal/ledger/table.ts";
import { number, text } from "../../../rehearsal/ledger/value.ts";
import { realRows, tableOf } from "./real.ts";

test("keys have the very bytes that ScalarDB gave the rows of a real ledger", () => {
  for (const { table, item } of realRows()) {
    const made = keyAttributes(table, keyOf(table, item));
    const hex = (name: string) => Buffer.from(item[name]?.B ?? []).toString("hex");
    expect(Buffer.from(made["concatenatedPartitionKey"]?.B ?? []).toString("hex")).toBe(
      hex("concatenatedPartitionKey"),
    );
    const clustering = Buffer.from(made["concatenatedClusteringKey"]?.B ?? []).toString("hex");
    expect(clustering).toBe(hex("concatenatedClusteringKey"));
  }
});

test("ages sort as numbers do, negative ones first", () => {
  const bytesOf = (age: number) => {
    const key = keyAttributes(tableOf("scalar.asset"), { id: text("a"), age: number(age) });
    return Buffer.from(key["concatenatedClusteringKey"]?.B ?? []);
  };
  const ages = [-2147483648, -1, 0, 1, 255, 256, 2147483647];
  expect([...ages].reverse().map(bytesOf).sort(Buffer.compare)).toEqual(ages.map(bytesOf));
});

test("a key without one of its columns is refused", () => {
  expect(() => keyAttributes(tableOf("scalar.asset"), { id: text("a") })).toThrow('key column "age"');
});
