import * as fc from "fast-check";
import { expect, test } from "vitest";
import type {
  AccountSettings,
  CapturedContainer,
  CapturedCosmosdb,
  Resource,
} from "../../../shared/restore/cosmosdb/captured.ts";
import {
  accountDifferences,
  assignmentText,
  belowAccount,
  RUN_TAG,
  throughputText,
} from "../../../shared/restore/cosmosdb/settings.ts";
import { captured, container, LEDGER, RUN, SETTINGS } from "./example-plan.ts";

const locks: Resource[] = [{ name: "keep", properties: { level: "CanNotDelete" } }];
const ORIGINAL = captured(LEDGER, {
  locks,
  databases: [
    { name: "coordinator", rid: "1", throughput: null },
    { name: "scalar", rid: "2", throughput: { kind: "manual", units: 400 } },
  ],
});
/** The same in another account: what names the account names the new one, and assignments have other ids. */
const RESTORED = restored(ORIGINAL);

function restored(original: CapturedCosmosdb): CapturedCosmosdb {
  const text = JSON.stringify(original).replaceAll(
    `/databaseAccounts/${LEDGER}`,
    "/databaseAccounts/restored",
  );
  const copy = JSON.parse(text) as CapturedCosmosdb;
  const again = (one: Resource) => ({ ...one, name: `${one.name}-again` });
  return {
    ...copy,
    instanceId: "another",
    settings: { ...copy.settings, tags: { ...copy.settings.tags, [RUN_TAG]: RUN } },
    privateEndpoints: copy.privateEndpoints.map((one) => ({ ...one, id: `${one.id}-restored` })),
    roleAssignments: copy.roleAssignments.map(again),
    accessAssignments: copy.accessAssignments.map(again),
    databases: copy.databases.map((one) => ({ ...one, rid: `${one.rid}-restored` })),
    containers: copy.containers.map((one) => ({ ...one, rid: `${one.rid}-restored` })),
  };
}

const IN_PLACE = { takesOver: true };
const ASIDE = { takesOver: false };

test("a restored account that has everything does not differ, whatever its own name and ids are", () => {
  expect(accountDifferences(ORIGINAL, RESTORED, IN_PLACE)).toEqual({});
});

test("one that is to be looked at is not held against how its original is reached, but nothing may expire", () => {
  const closed: AccountSettings["network"] = {
    ...SETTINGS.network,
    publicNetworkAccess: "Disabled",
    ipRules: [],
    subnets: [],
  };
  const bare: CapturedCosmosdb = {
    ...RESTORED,
    settings: { ...SETTINGS, network: closed, tags: {} },
    privateEndpoints: [],
    locks: [],
    roleAssignments: [],
    containers: RESTORED.containers.map((one) => ({ ...one, ttl: null })),
  };
  expect(accountDifferences(ORIGINAL, bare, ASIDE)).toEqual({});
  expect(accountDifferences(ORIGINAL, RESTORED, ASIDE)).toEqual({
    "scalar/asset": ["time to live: is 3600 s, must be off"],
  });
  expect(Object.keys(accountDifferences(ORIGINAL, bare, IN_PLACE))).toEqual(["", "scalar/asset"]);
});

test("Strong is asked for in either mode, whatever the original has", () => {
  const weaker = { ...SETTINGS, consistency: "Session" };
  for (const mode of [IN_PLACE, ASIDE])
    expect(accountDifferences(ORIGINAL, { ...RESTORED, settings: weaker }, mode)[""]).toContain(
      "default consistency: is Session, must be Strong",
    );
  expect(accountDifferences({ ...ORIGINAL, settings: weaker }, RESTORED, IN_PLACE)).toEqual({});
});

type Change = (from: CapturedCosmosdb) => CapturedCosmosdb;

const inSettings = (change: Partial<AccountSettings>): Change => {
  return (from) => ({ ...from, settings: { ...from.settings, ...change } });
};
const inContainer = (change: (from: CapturedContainer) => Partial<CapturedContainer>): Change => {
  return (from) => ({ ...from, containers: from.containers.map((one) => ({ ...one, ...change(one) })) });
};
const inResource = (key: "diagnosticSettings" | "roleDefinitions" | "locks", properties: object): Change => {
  return (from) => ({
    ...from,
    [key]: from[key].map((one) => ({ ...one, properties: { ...one.properties, ...properties } })),
  });
};
const without = (key: keyof CapturedCosmosdb): Change => {
  return (from) => ({ ...from, [key]: [] });
};
const { network } = SETTINGS;

/** Each captured field that a restore puts back, changed alone. */
const MUTATIONS: Readonly<Record<string, Change>> = {
  tags: inSettings({ tags: { team: "others" } }),
  "public access": inSettings({ network: { ...network, publicNetworkAccess: "Disabled" } }),
  "an address": inSettings({ network: { ...network, ipRules: [] } }),
  "a subnet": inSettings({ network: { ...network, subnets: [] } }),
  bypass: inSettings({ network: { ...network, bypass: "None" } }),
  "bypass resources": inSettings({ network: { ...network, bypassResources: ["/r"] } }),
  minimalTls: inSettings({ minimalTls: "Tls" }),
  continuousTier: inSettings({ continuousTier: "Continuous30Days" }),
  regions: inSettings({ regions: [...SETTINGS.regions, { name: "Japan West", zoneRedundant: false }] }),
  "zone redundancy": inSettings({ regions: [{ name: "Japan East", zoneRedundant: true }] }),
  automaticFailover: inSettings({ automaticFailover: false }),
  localAuthDisabled: inSettings({ localAuthDisabled: true }),
  keyMetadataWritesDisabled: inSettings({ keyMetadataWritesDisabled: false }),
  identity: inSettings({ identity: { system: false, user: [] } }),
  "user identity": inSettings({ identity: { system: true, user: ["/id"] } }),
  cors: inSettings({ cors: [] }),
  capacityLimit: inSettings({ capacityLimit: null }),
  features: inSettings({ features: {} }),
  customerKey: inSettings({ customerKey: { uri: "https://another", identity: "" } }),
  "no endpoint": without("privateEndpoints"),
  "endpoint groups": (from) => ({
    ...from,
    privateEndpoints: from.privateEndpoints.map((one) => ({ ...one, groups: [] })),
  }),
  "endpoint zones": (from) => ({
    ...from,
    privateEndpoints: from.privateEndpoints.map((one) => ({ ...one, dnsZones: { default: ["zone"] } })),
  }),
  "endpoint subnet": (from) => ({
    ...from,
    privateEndpoints: from.privateEndpoints.map((one) => ({ ...one, subnet: "other" })),
  }),
  "no diagnostics": without("diagnosticSettings"),
  "other workspace": inResource("diagnosticSettings", { workspaceId: "other" }),
  "no definition": without("roleDefinitions"),
  "other permissions": inResource("roleDefinitions", { permissions: [{ dataActions: ["*"] }] }),
  "no assignment": without("roleAssignments"),
  "no access": without("accessAssignments"),
  "no lock": without("locks"),
  "other level": inResource("locks", { level: "ReadOnly" }),
  "no database": without("databases"),
  "database throughput": (from) => ({
    ...from,
    databases: from.databases.map((one) => ({ ...one, throughput: { kind: "manual", units: 1_000 } })),
  }),
  "no container": without("containers"),
  partitionKey: inContainer(() => ({ partitionKey: "{}" })),
  indexingPolicy: inContainer(() => ({ indexingPolicy: "{}" })),
  ttl: inContainer(({ ttl }) => ({ ttl: ttl === null ? -1 : null })),
  "container throughput": inContainer(() => ({ throughput: null })),
  "autoscale ceiling": inContainer(() => ({ throughput: { kind: "autoscale", mostUnits: 1_000 } })),
  "no procedure": inContainer(() => ({ storedProcedures: [] })),
  "procedure body": inContainer(() => ({ storedProcedures: [{ id: "mutate.js", body: "" }] })),
  "no trigger": inContainer(() => ({ triggers: [] })),
  "trigger kind": inContainer(({ triggers }) => ({
    triggers: triggers.map((t) => ({ ...t, type: "Post" })),
  })),
  "no function": inContainer(() => ({ functions: [] })),
};

test.each(Object.entries(MUTATIONS))("%s alone is a difference", (_what, mutate) => {
  const found = Object.values(accountDifferences(ORIGINAL, mutate(RESTORED), IN_PLACE)).flat();
  expect(found).not.toEqual([]);
});

test("several differences do not hide one another", () => {
  const count = (account: CapturedCosmosdb) =>
    new Set(Object.values(accountDifferences(ORIGINAL, account, IN_PLACE)).flat()).size;
  // Each of its own kind: what is gone hides what would differ in it.
  const apart = ["tags", "minimalTls", "cors", "no lock", "no access", "indexingPolicy", "no trigger", "ttl"];
  fc.assert(
    fc.property(fc.subarray(apart), (names) => {
      const all = names.reduce((account, name) => MUTATIONS[name]?.(account) ?? account, RESTORED);
      const alone = names.map((name) => count(MUTATIONS[name]?.(RESTORED) ?? RESTORED));
      expect(count(all)).toBe(alone.reduce((sum, each) => sum + each, 0));
    }),
  );
});

test("a difference says which container it is in, what was and what is", () => {
  const changed = {
    ...RESTORED,
    containers: [container("coordinator", "state", { storedProcedures: [] })],
    databases: [],
  };
  expect(accountDifferences(ORIGINAL, changed, ASIDE)).toEqual({
    "": ['database "coordinator" is not there', 'database "scalar" is not there'],
    "coordinator/state": ['stored procedure "mutate.js" is not there'],
    "scalar/asset": ["is not there"],
  });
});

test("an order that the service does not keep is no difference", () => {
  const subnets = ["b", "a"].map((id) => ({ id, ignoreMissingEndpoint: false }));
  const turned = inSettings({ network: { ...network, subnets: [...subnets].reverse() } })(RESTORED);
  const given = inSettings({ network: { ...network, subnets } })(ORIGINAL);
  expect(accountDifferences(given, turned, IN_PLACE)).toEqual({});
});

test("an assignment is told by who may do what and where, not by its random name or its account", () => {
  const at = (name: string, more: object = {}): Resource => ({
    name: `random-${name}`,
    properties: {
      principalId: "somebody",
      roleDefinitionId: `/subscriptions/s/databaseAccounts/${name}/sqlRoleDefinitions/reader`,
      scope: `/subscriptions/s/databaseAccounts/${name}/dbs/scalar`,
      ...more,
    },
  });
  expect(assignmentText(at("old"))).toBe("somebody as reader /dbs/scalar");
  expect(assignmentText(at("old"))).toBe(assignmentText(at("new")));
  for (const more of [{ principalId: "x" }, { roleDefinitionId: "/x" }, { scope: "" }, { condition: "c" }])
    expect(assignmentText(at("new", more))).not.toBe(assignmentText(at("old")));
  expect(belowAccount("/subscriptions/s/databaseaccounts/a/dbs/d/colls/c")).toBe("/dbs/d/colls/c");
});

test("a throughput is told in the service's own unit", () => {
  expect(throughputText(null)).toBe("none of its own");
  expect(throughputText({ kind: "manual", units: 400 })).toBe("400 RU/s");
  expect(throughputText({ kind: "autoscale", mostUnits: 4_000 })).toBe("autoscale up to 4000 RU/s");
});
