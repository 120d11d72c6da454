import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isSamePolicy } from "../../shared/restore/dynamodb/resource-policy.ts";

const statement = (more: object = {}) => ({
  Effect: "Allow",
  Principal: { AWS: ["arn:aws:iam::1:root", "arn:aws:iam::2:root"] },
  Action: ["dynamodb:GetItem", "dynamodb:Query"],
  Resource: "arn:aws:dynamodb:us-east-1:1:table/t",
  ...more,
});
const policy = (...statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

test.each<[string, string]>([
  ["its lists in another order", policy(statement({ Action: ["dynamodb:Query", "dynamodb:GetItem"] }))],
  ["spaces and lines", JSON.stringify(JSON.parse(policy(statement())), null, 2)],
  [
    "a list of one for a single value",
    policy(statement({ Resource: ["arn:aws:dynamodb:us-east-1:1:table/t"] })),
  ],
  ["one statement without its list", JSON.stringify({ Statement: statement(), Version: "2012-10-17" })],
])("a policy with %s says the same", (_what, other) => {
  expect(isSamePolicy(policy(statement()), other)).toBe(true);
});

test.each<[string, string | null]>([
  ["another action", policy(statement({ Action: ["dynamodb:GetItem", "dynamodb:PutItem"] }))],
  ["an action less", policy(statement({ Action: "dynamodb:GetItem" }))],
  ["another effect", policy(statement({ Effect: "Deny" }))],
  ["a statement more", policy(statement(), statement({ Effect: "Deny" }))],
  ["no text at all", null],
])("a policy with %s says something else", (_what, other) => {
  expect(isSamePolicy(policy(statement()), other)).toBe(false);
});

test("two tables without a policy have the same", () => {
  expect(isSamePolicy(null, null)).toBe(true);
  expect(isSamePolicy("no JSON", "no JSON")).toBe(true);
});

test("whatever the order of its lists and keys, a policy is the same; with another word in it, it is not", () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(names, names, fc.boolean(), (actions, resources, turned) => {
      const one = { Action: actions, Resource: resources };
      const other = turned
        ? { Resource: [...resources].reverse(), Action: [...actions].reverse() }
        : { Action: actions, Resource: resources };
      expect(isSamePolicy(policy(one), policy(other))).toBe(true);
      expect(isSamePolicy(policy(one), policy({ ...other, Action: [...actions, "ANOTHER"] }))).toBe(false);
    }),
  );
});
