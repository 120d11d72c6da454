import { expect, test } from "vitest";
import { SETTINGS } from "../../../functions/azure/settings.ts";
import { FULL, LEAST } from "./configurations.ts";
import { type Deployed, deployed } from "./deployed.ts";

/** What the host of the functions reads. */
const OF_THE_HOST = [
  "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
  "APPLICATIONINSIGHTS_CONNECTION_STRING",
  "AzureWebJobsStorage__accountName",
  "AzureWebJobsStorage__credential",
];
const APPS = ["backup", "restore", "sweep"] as const;
type App = (typeof APPS)[number];

test("the apps are told exactly what they read, and their secrets by reference only", async () => {
  const all = await deployed(FULL);
  const secret = (name: string) =>
    `@Microsoft.KeyVault(VaultName=${all.stack.names.vault};SecretName=${name})`;
  for (const app of APPS) {
    const { STILLPOINT_CLIENT_KEY, STOCK_TOKEN, ORDERS_PASSWORD, ...others } = settingsOf(all, app);
    expect({ STILLPOINT_CLIENT_KEY, STOCK_TOKEN, ORDERS_PASSWORD }).toEqual({
      STILLPOINT_CLIENT_KEY: secret("client-key"),
      STOCK_TOKEN: secret("stock-token"),
      ORDERS_PASSWORD: secret("orders-password"),
    });
    expect(Object.keys(others).sort()).toEqual([...OF_THE_HOST, ...Object.values(SETTINGS)].sort());
    expect(others).toMatchObject({
      AzureWebJobsStorage__accountName: all.stack.names.accounts[app],
      AzureWebJobsStorage__credential: "managedidentity",
      STILLPOINT_CONFIG: "stillpoint.yml",
      STILLPOINT_NOTICES: expect.stringMatching(/^https:\/\/sp-prod-notices-.*\/api\/events$/),
    });
  }
  expect(Object.keys(settingsOf(await deployed(LEAST), "backup")).sort()).toEqual(
    [...OF_THE_HOST, ...Object.values(SETTINGS)].sort(),
  );
});

test("no template holds or gives out a secret", async () => {
  for (const text of [LEAST, FULL]) {
    const { steps } = await deployed(text);
    const keys = steps
      .flatMap(({ made }) => made)
      .filter(({ properties }) => /key of /.test(JSON.stringify(properties)));
    expect(new Set(keys.map(({ type }) => type))).toEqual(new Set(["Microsoft.KeyVault/vaults/secrets"]));
  }
});

test("apps are reached over TLS only, and deployed by identities only", async () => {
  const all = await deployed(FULL);
  for (const app of APPS) {
    const { properties, identity } = siteOf(all, app);
    expect(identity).toEqual({ type: "SystemAssigned" });
    expect(properties).toMatchObject({
      httpsOnly: true,
      siteConfig: { minTlsVersion: "1.2", scmMinTlsVersion: "1.2", ftpsState: "Disabled" },
      functionAppConfig: {
        runtime: { name: "node", version: "24" },
        deployment: { storage: { authentication: { type: "SystemAssignedIdentity" } } },
      },
    });
  }
  const policies = all.of("apps").filter(({ type }) => type.endsWith("/basicPublishingCredentialsPolicies"));
  expect(policies.map(({ name, properties }) => [name, properties.allow])).toEqual(
    ["ftp", "scm"].flatMap((door) => APPS.map((app) => [`${all.stack.names.sites[app]}/${door}`, false])),
  );
});

test("every app has a plan, a package and storage of its own, so that none goes down with another", async () => {
  const all = await deployed(FULL);
  const parts = APPS.flatMap((app) => {
    const { serverFarmId, functionAppConfig } = siteOf(all, app).properties;
    return [
      serverFarmId,
      functionAppConfig.deployment.storage.value,
      settingsOf(all, app)["AzureWebJobsStorage__accountName"],
    ];
  });
  expect(new Set(parts).size).toBe(parts.length);
});

test("apps join the subnets that the configuration names, and none where there are none", async () => {
  const full = await deployed(FULL);
  for (const app of APPS)
    expect(siteOf(full, app).properties.virtualNetworkSubnetId).toMatch(new RegExp(`/subnets/${app}$`));
  const least = await deployed(LEAST);
  for (const app of APPS) expect(siteOf(least, app).properties.virtualNetworkSubnetId).toBeNull();
});

test("storage takes neither keys nor anonymous readers, nor anything but TLS", async () => {
  const all = await deployed(FULL);
  const accounts = all.of("resources").filter(({ type }) => type === "Microsoft.Storage/storageAccounts");
  expect(accounts).toHaveLength(4);
  for (const { properties } of accounts)
    expect(properties).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      supportsHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
    });
  const containers = all.of("resources").filter(({ type }) => type.endsWith("/containers"));
  expect(new Set(containers.map(({ properties }) => properties.publicAccess))).toEqual(new Set(["None"]));
});

test("the catalog is locked against deletion, and what verification leaves goes after a week", async () => {
  const all = await deployed(FULL);
  const made = all.of("resources");
  const account = made.find(({ name }) => name === "stillpointcatalog");
  expect(made.filter(({ type }) => type.endsWith("/locks"))).toMatchObject([
    { scope: account?.id, properties: { level: "CanNotDelete" } },
  ]);
  const policies = made.filter(({ type }) => type.endsWith("/managementPolicies"));
  expect(policies.map(({ properties }) => properties.policy.rules)).toMatchObject([
    [
      {
        enabled: true,
        definition: {
          actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 7 } } },
          filters: { prefixMatch: ["verified/parts/"] },
        },
      },
    ],
  ]);
  expect(made.map(({ name }) => name)).toContain("stillpointcatalog/default/catalog");
});

test("topics, logs and the vault know identities only", async () => {
  const made = (await deployed(FULL)).of("resources");
  const of = (type: string) => made.filter((one) => one.type === type).map(({ properties }) => properties);
  for (const topic of of("Microsoft.EventGrid/topics"))
    expect(topic).toMatchObject({ disableLocalAuth: true, minimumTlsVersionAllowed: "1.2" });
  expect(of("Microsoft.Insights/components")).toMatchObject([{ DisableLocalAuth: true }]);
  expect(of("Microsoft.KeyVault/vaults")).toMatchObject([
    { enableRbacAuthorization: true, enablePurgeProtection: true, enableSoftDelete: true },
  ]);
});

test("logs are kept as long as the configuration says", async () => {
  const made = (await deployed(FULL)).of("resources");
  const kept = made.filter(({ type }) => type.startsWith("Microsoft.OperationalInsights/"));
  expect(kept.map(({ properties }) => properties.retentionInDays)).toEqual([700, 700]);
});

function siteOf(all: Deployed, app: App) {
  const site = all
    .of("apps")
    .find(({ type, name }) => type === "Microsoft.Web/sites" && name === all.stack.names.sites[app]);
  if (site === undefined) throw new Error(`there is no site of "${app}"`);
  return site;
}

function settingsOf(all: Deployed, app: App): Readonly<Record<string, string>> {
  const { appSettings } = siteOf(all, app).properties.siteConfig;
  const entries = appSettings.map(({ name, value }: { name: string; value: string }) => [name, value]);
  const settings = Object.fromEntries(entries);
  // A name that is there twice would be told once, nobody knows how.
  expect(Object.keys(settings)).toHaveLength(appSettings.length);
  return settings;
}
