import { types } from "cassandra-driver";
import { expect, test } from "vitest";
import { cqlLiteral } from "../../../shared/databases/cassandra/cql-literal.ts";

test.each([
  ["text", "it's 'quoted'", "'it''s ''quoted'''"],
  ["bigint", -9_223_372_036_854_775_808n, "-9223372036854775808"],
  ["boolean", false, "false"],
  ["double", -0, "-0.0"],
  ["double", 1e21, "1e+21"],
  ["float", Number.NaN, "NaN"],
  ["blob", Buffer.from([0, 255]), "0x00ff"],
  ["blob", Buffer.from("a longer one").subarray(2, 4), "0x6c6f"],
  ["timestamptz", new Date(-1), "-1"],
  ["date", types.LocalDate.fromString("1969-02-03"), "'1969-02-03'"],
  ["time", types.LocalTime.fromString("01:02:03.000000004"), "'01:02:03.000000004'"],
] as const)("a %s of the driver's, %s, is written as CQL takes it", (type, value, text) => {
  expect(cqlLiteral(value, type)).toBe(text);
});

test.each(["blob", "timestamp"] as const)("what is no %s is refused instead of asked for", (type) => {
  expect(() => cqlLiteral("x", type)).toThrow(`cannot ask for a ${type} that is "x"`);
});
