import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FULL, LEAST } from "./configurations.ts";
import { deployed, type Step } from "./deployed.ts";
import { TEMPLATES } from "./infra.ts";
import { builtInRole } from "./roles.ts";
import type { Made } from "./template.ts";

describe.each([
  ["the least", LEAST],
  ["the fullest", FULL],
])("of %s configuration", (_, text) => {
  test("every template is deployed, and makes nothing twice", async () => {
    const all = await deployed(text);
    expect(new Set(all.steps.map(({ template }) => template))).toEqual(new Set(TEMPLATES));
    const ids = all.steps.flatMap(({ made }) => made.map(({ id }) => id.toLowerCase()));
    // A custom role is made once in each subscription; its assignments have ids of their own.
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
  });

  test("whatever a resource speaks of is there before it", async () => {
    const all = await deployed(text);
    for (const step of all.steps)
      for (const resource of step.made) {
        const earlier = earlierThan(resource, step);
        const needed = [...resource.mentions, ...resource.asks, ...parentsOf(resource)];
        const missing = needed.filter(
          (id) => id !== resource.id && !earlier.has(id) && builtInRole(id) === undefined,
        );
        expect([step.template, resource.name, missing]).toEqual([step.template, resource.name, []]);
      }
  });

  test("every dependency is one on a resource of the same template", async () => {
    const all = await deployed(text);
    for (const { template, made } of all.steps) {
      const known = new Set(made.flatMap(({ id, loop }) => [id, loop]));
      const unknown = made.flatMap(({ dependsOn }) => dependsOn.filter((one) => !known.has(one)));
      expect([template, unknown]).toEqual([template, []]);
    }
  });

  test("names are such as Azure takes", async () => {
    const all = await deployed(text);
    for (const { type, name } of all.steps.flatMap(({ made }) => made))
      expect([type, name]).toEqual([type, expect.stringMatching(NAMES[type] ?? /^[^<>%&\\?/]{1,260}$/)]);
  });
});

test.each(TEMPLATES)("%s uses every parameter and variable that it has", (name) => {
  const text = readFileSync(new URL(`../../../infra/${name}.json`, import.meta.url), "utf8");
  const { parameters, variables = {}, resources } = JSON.parse(text);
  const inner = resources.flatMap(({ properties }: { properties: { template?: object } }) =>
    properties.template === undefined ? [] : [JSON.stringify(properties.template)],
  );
  const outer = inner.reduce(
    (rest: string, one: string) => rest.replace(one, ""),
    JSON.stringify(JSON.parse(text)),
  );
  const loops = (variables.copy ?? []).map((loop: { name: string }) => loop.name);
  const unused = [
    ...Object.keys(parameters).filter((one) => !outer.includes(`parameters('${one}')`)),
    ...[...Object.keys(variables), ...loops].filter(
      (one) => one !== "copy" && !outer.includes(`variables('${one}')`),
    ),
  ];
  expect(unused).toEqual([]);
});

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NAMES: Readonly<Record<string, RegExp>> = {
  "Microsoft.Authorization/roleAssignments": GUID,
  "Microsoft.Authorization/roleDefinitions": GUID,
  "Microsoft.EventGrid/topics": /^[A-Za-z0-9-]{3,50}$/,
  "Microsoft.EventGrid/topics/eventSubscriptions": /^[A-Za-z0-9-]{3,50}\/[A-Za-z0-9-]{3,64}$/,
  "Microsoft.KeyVault/vaults": /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/,
  "Microsoft.KeyVault/vaults/secrets": /^[a-z0-9-]{3,24}\/[A-Za-z0-9-]{1,127}$/,
  "Microsoft.OperationalInsights/workspaces": /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
  "Microsoft.OperationalInsights/workspaces/tables": /^[A-Za-z0-9-]{4,63}\/AppTraces$/,
  "Microsoft.Storage/storageAccounts": /^[a-z0-9]{3,24}$/,
  "Microsoft.Storage/storageAccounts/blobServices/containers": /^[a-z0-9]{3,24}\/default\/[a-z0-9-]{3,63}$/,
  "Microsoft.Storage/storageAccounts/managementPolicies": /^[a-z0-9]{3,24}\/default$/,
  "Microsoft.Storage/storageAccounts/tableServices/tables":
    /^[a-z0-9]{3,24}\/default\/[A-Za-z][A-Za-z0-9]{2,62}$/,
  "Microsoft.Web/serverfarms": /^[a-z0-9-]{1,60}$/,
  "Microsoft.Web/sites": /^[a-z0-9-]{2,60}$/,
  "Microsoft.Web/sites/basicPublishingCredentialsPolicies": /^[a-z0-9-]{2,60}\/(?:ftp|scm)$/,
};

/** What there was before the template, and what the resource waits for, directly or not. */
function earlierThan(resource: Made, { made, before }: Step): ReadonlySet<string> {
  const found = new Set(before);
  const waiting = [...resource.dependsOn];
  for (const one of waiting)
    for (const other of made)
      if ((other.id === one || other.loop === one) && !found.has(other.id)) {
        found.add(other.id);
        waiting.push(...other.dependsOn);
      }
  return found;
}

/** What it belongs to. Services of a storage account are always there. */
function parentsOf({ type, name, id }: Made): readonly string[] {
  if (!name.includes("/")) return [];
  const parent = id.split("/").slice(0, -2).join("/");
  return type.includes("Services/") ? [parent.split("/").slice(0, -2).join("/")] : [parent];
}
