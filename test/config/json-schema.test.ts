import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { configJsonSchema, type JsonSchema, settingsAt } from "../../shared/config/json-schema.ts";

const FILE = fileURLToPath(new URL("../../schema/stillpoint.schema.json", import.meta.url));

// Written anew by: npx vitest run test/config/json-schema.test.ts -u
test("the JSON Schema for editors is the one that the definition gives", async () => {
  await expect(formatted(configJsonSchema())).toMatchFileSnapshot(FILE);
});

test("every setting has a description and refuses unknown ones", () => {
  const undescribed: string[] = [];
  const open: string[] = [];
  walk(configJsonSchema(), "", (schema, path) => {
    if (typeof schema["description"] !== "string") undescribed.push(path);
    if (schema["type"] === "object" && schema.additionalProperties === undefined) open.push(path);
  });
  expect(undescribed).toEqual([]);
  expect(open).toEqual([]);
});

test("the settings of a place are known, whatever the names above it", () => {
  expect(settingsAt([])).toEqual(["catalog", "verification", "deployments", "aws", "azure"]);
  expect(settingsAt(["deployments", "any", "pause"])).toContain("drainWait");
  expect(settingsAt(["deployments", "any", "components", "any", "instances"])).toEqual([
    "srv",
    "servers",
    "kubernetes",
  ]);
  expect(new Set(settingsAt(["catalog"]))).toEqual(
    new Set(["kind", "path", "table", "region", "endpoint", "profile", "account", "key"]),
  );
  expect(settingsAt(["nowhere", "at", "all"])).toEqual([]);
});

/** As the formatter wants it: lists of plain values on one line. */
function formatted(schema: JsonSchema): string {
  const text = JSON.stringify(schema, null, 2);
  return `${text.replaceAll(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, items) => `[${items.replaceAll(/\n\s+/g, " ")}]`)}\n`;
}

function walk(schema: JsonSchema, path: string, visit: (schema: JsonSchema, path: string) => void): void {
  visit(schema, path);
  for (const [name, below] of Object.entries(schema.properties ?? {})) walk(below, `${path}.${name}`, visit);
  if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, `${path}.*`, visit);
  for (const form of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
    if (form.properties) walk(form, path, visit);
}
