import * as z from "zod";
import { ConfigFile } from "./file-schema.ts";
import type { SettingPath } from "./problem.ts";

export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of `stillpoint.yml`, for editors. Draft 7 is what they understand best. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(ConfigFile, { io: "input", target: "draft-7" });
  return { ...(schema as JsonSchema), title: "Stillpoint configuration" };
}

/** The settings that are known at a place, to tell what an unknown one may have meant. */
export function settingsAt(path: SettingPath): readonly string[] {
  let here: readonly JsonSchema[] = [configJsonSchema()];
  for (const part of path) here = here.flatMap(alternatives).flatMap((schema) => below(schema, part));
  return here.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {}));
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf ?? schema.oneOf ?? [schema];
}

function below(
  { properties, additionalProperties, items }: JsonSchema,
  part: string | number,
): readonly JsonSchema[] {
  const next = typeof part === "number" ? items : (properties?.[part] ?? additionalProperties);
  return typeof next === "object" ? [next] : [];
}
