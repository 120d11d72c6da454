import { expect, test } from "vitest";
import { loadConfig } from "../../shared/config/load-config.ts";
import { fileWith, LEAST, problemsOf } from "./files.ts";

const SUBSCRIPTION = "11111111-1111-1111-1111-111111111111";

test("the least that is said of Azure is a subscription and a location", async () => {
  const { azure } = loadConfig(await fileWith(saying("location: japaneast")), {});
  expect(azure).toEqual({
    subscription: SUBSCRIPTION,
    resourceGroup: "stillpoint",
    location: "japaneast",
    name: "stillpoint",
    requesters: [],
    approvers: [],
    secrets: {},
    logRetentionDays: 400,
    lookEvery: 900_000,
    followEvery: 300_000,
  });
});

test.each([
  ["name: stillpoint-prod", "name must be 2 to 11 lower-case letters, digits and hyphens"],
  ["name: Still", "name must be 2 to 11 lower-case letters, digits and hyphens"],
  ["name: still-", "name must be 2 to 11 lower-case letters, digits and hyphens"],
  ["requesters: [ops@example.com]", "requesters[0] must be the object id of a principal"],
  ["actionGroup: on-call", "actionGroup must be the id of an action group"],
  ["secrets: { KEY: client_key }", "secrets.KEY must be the name of a secret"],
  ["lookEvery: 25m", "lookEvery must be whole minutes that divide an hour"],
  ["followEvery: 90s", "followEvery must be whole minutes that divide an hour"],
  ["followEvery: 30s", "followEvery must be from 1m to 1h"],
  ["logRetentionDays: 731", "logRetentionDays must be from 30 to 730"],
  ["network: { subnets: { backup: a, restore: b } }", "network.subnets.sweep is missing"],
])("Azure cannot take %s", async (setting, problem) => {
  const problems = await problemsOf(saying(`location: japaneast, ${setting}`));
  expect(problems.join("\n")).toContain(`azure.${problem}`);
});

function saying(settings: string): string {
  return `${LEAST}azure: { subscription: ${SUBSCRIPTION}, ${settings} }\n`;
}
