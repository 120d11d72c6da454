import { expect, test } from "vitest";
import { parseAddress } from "../../shared/admin/instance-address.ts";

test.each([
  ["ledger-0.example.com:7001", "ledger", "ledger-0.example.com", 7001],
  ["ledger-0", "ledger", "ledger-0", 50053],
  ["10.0.0.1", "auditor", "10.0.0.1", 40053],
  ["10.0.0.1", "scalardb-cluster", "10.0.0.1", 60053],
  ["10.0.0.1", "scalardb-server", "10.0.0.1", 60051],
  ["[::1]:50053", "ledger", "::1", 50053],
  ["[2001:db8::7]", "ledger", "2001:db8::7", 50053],
  ["2001:db8::7", "ledger", "2001:db8::7", 50053],
] as const)("the address %s of a %s is %s port %i", (text, kind, host, port) => {
  expect(parseAddress(text, kind)).toEqual({ host, port });
});

test.each([
  "",
  ":50053",
  "host:",
  "host:0",
  "host:65536",
  "host:http",
  "[host]:1",
  "[::1",
  "a b",
  "http://host:1",
  "1::2::3",
])("the address %j is refused with the rule", (text) => {
  const message = expect.stringContaining(`Cannot read the address "${text}": it must be`);
  expect(() => parseAddress(text, "ledger")).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message }),
  );
});
