import { expect, test } from "vitest";
import { grants } from "../../../shared/azure/arm/permissions.ts";
import { AT_RESTORABLE, FOR_SUBNET, IN_GROUP } from "../../../shared/databases/cosmosdb/permissions.ts";
import { neededInGroup } from "../../../shared/databases/managed/flexible/permissions.ts";
import { SUBSCRIPTION } from "./arm-functions.ts";
import { FULL, LEAST } from "./configurations.ts";
import { type Deployed, deployed } from "./deployed.ts";
import { templateNamed } from "./infra.ts";
import { builtInRole } from "./roles.ts";
import type { Made } from "./template.ts";

const GOLDEN = "./golden/access.txt";

// Written anew by: npx vitest run test/deploy/azure/access.test.ts -u
test("who may do what is on a list, so that a change of it is seen", async () => {
  await expect(`${accessIn(await deployed(FULL)).join("\n")}\n`).toMatchFileSnapshot(GOLDEN);
});

test("every role is given to an identity that is deployed, or to somebody whom the configuration names", async () => {
  for (const text of [LEAST, FULL]) {
    const all = await deployed(text);
    const { requesters, approvers } = all.stack.azure;
    const ids = new Set(all.steps.flatMap(({ made }) => made.map(({ id }) => `identity of ${id}`)));
    for (const { properties } of assignmentsIn(all)) {
      const known =
        ids.has(properties.principalId) || [...requesters, ...approvers].includes(properties.principalId);
      expect([properties.principalId, known]).toEqual([properties.principalId, true]);
    }
  }
});

test("an app has the storage that it runs on to itself", async () => {
  const all = await deployed(FULL);
  const { accounts, sites } = all.stack.names;
  for (const [app, account] of Object.entries(accounts)) {
    const holders = assignmentsIn(all)
      .filter(({ scope }) => scope?.endsWith(`/storageAccounts/${account}`))
      .map(({ properties }) => properties.principalId.split("/").at(-1));
    expect(new Set(holders)).toEqual(new Set([sites[app as keyof typeof sites]]));
  }
});

test("no app can read the key that approves a restore, and only the approvers can", async () => {
  const all = await deployed(FULL);
  const onVault = assignmentsIn(all).filter(({ scope }) => scope?.includes("Microsoft.KeyVault"));
  // On the vault as a whole nobody may do anything.
  expect(onVault.filter(({ scope }) => !scope?.includes("/secrets/"))).toEqual([]);
  const holders = (secret: string) =>
    onVault
      .filter(({ scope }) => scope?.endsWith(`/secrets/${secret}`))
      .map(({ properties }) => properties.principalId);
  expect(holders("approval-key")).toEqual(all.stack.azure.approvers);
  expect(holders("request-key")).toEqual(all.stack.azure.requesters);
  expect(holders("resume-key")).toEqual(all.stack.azure.requesters);
});

test("who may ask by an event cannot pose as the functions", async () => {
  const all = await deployed(FULL);
  const onNotices = assignmentsIn(all).filter(({ scope }) =>
    scope?.endsWith(`/topics/${all.stack.names.topics.notices}`),
  );
  const sites = Object.values(all.stack.names.sites);
  expect(onNotices.map(({ properties }) => properties.principalId.split("/").at(-1)).sort()).toEqual(
    sites.sort(),
  );
});

test("the backup changes nothing of an account, and nobody hands out a role of Azure", () => {
  const backup = actionsOf("backup-role");
  const RETRIEVE = "retrieveContinuousBackupInformation/action";
  expect(backup.filter((action) => !action.endsWith("/read") && !action.endsWith(RETRIEVE))).toEqual([]);
  for (const action of [...backup, ...actionsOf("restore-role")]) {
    expect(action).not.toMatch(/Authorization\/role\w+\/(?:write|delete)$/);
    expect(action.includes("*") && !action.endsWith("/*/read")).toBe(false);
  }
});

test("the restore deletes what it made, and has no other key than one to read", () => {
  const actions = actionsOf("restore-role");
  expect([...new Set(actions.filter((action) => action.endsWith("/delete")))].sort()).toEqual([
    "Microsoft.DBforMySQL/flexibleServers/delete",
    "Microsoft.DBforMySQL/flexibleServers/firewallRules/delete",
    "Microsoft.DBforPostgreSQL/flexibleServers/delete",
    "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules/delete",
    "Microsoft.DocumentDB/databaseAccounts/delete",
    "Microsoft.Insights/metricAlerts/delete",
    "Microsoft.Network/privateEndpoints/delete",
  ]);
  expect(actions.filter((action) => /keys\/|connectionStrings/i.test(action))).toEqual([
    "Microsoft.DocumentDB/databaseAccounts/readonlykeys/action",
  ]);
});

test("the restore may do all that it looks for before it begins, where it looks for it", () => {
  const [atSubscription, inGroup, , , servers] = rolesOf("restore-role");
  const missing = (wanted: readonly string[], actions: readonly string[] = []) =>
    wanted.filter((action) => !grants({ actions }, action));
  expect(missing(AT_RESTORABLE, atSubscription)).toEqual([]);
  expect(missing([...IN_GROUP, ...FOR_SUBNET], inGroup)).toEqual([]);
  for (const kind of ["azure-postgresql", "azure-mysql"] as const)
    expect(missing(neededInGroup(kind), servers)).toEqual([]);
});

function actionsOf(name: "backup-role" | "restore-role"): readonly string[] {
  return rolesOf(name).flat();
}

/** The actions of each role. */
function rolesOf(name: "backup-role" | "restore-role"): readonly (readonly string[])[] {
  // biome-ignore lint/suspicious/noExplicitAny: a template is a tree
  const resources = templateNamed(name).resources as any[];
  return resources.flatMap(({ properties: { permissions = [] } }) =>
    permissions.map(({ actions }: { actions: string[] }) => actions),
  );
}

function assignmentsIn({ steps }: Deployed): readonly Made[] {
  return steps
    .flatMap(({ made }) => made)
    .filter(({ type }) => type === "Microsoft.Authorization/roleAssignments");
}

/** Custom roles of one subscription with their actions, then one line for each assignment: who, as what, on what. */
function accessIn(all: Deployed): readonly string[] {
  const roles = all.steps
    .flatMap(({ made }) => made)
    .filter(({ type }) => type === "Microsoft.Authorization/roleDefinitions");
  const nameOf = new Map(roles.map(({ id, properties }) => [id, properties.roleName as string]));
  return [
    ...roles
      .filter(({ id }) => id.includes(SUBSCRIPTION))
      .flatMap(({ properties }) => [
        properties.roleName,
        ...properties.permissions[0].actions.map((action: string) => `  ${action}`),
      ]),
    "",
    ...assignmentsIn(all).map(({ id, scope, properties }) => {
      const role = builtInRole(properties.roleDefinitionId) ?? nameOf.get(properties.roleDefinitionId);
      const on = scope ?? id.split("/providers/Microsoft.Authorization/")[0];
      return `${properties.principalId.split("/").at(-1)}: ${role}: ${on}`;
    }),
  ];
}
