import { readFileSync } from "node:fs";
import type { Template } from "./template.ts";

export const TEMPLATES = ["resources", "apps", "backup-role", "restore-role", "events", "alerts"] as const;
/** And one that is deployed where servers are dumped. */
export type TemplateName = (typeof TEMPLATES)[number] | "dumps";

export function templateNamed(name: TemplateName): Template {
  return JSON.parse(readFileSync(new URL(`../../../infra/${name}.json`, import.meta.url), "utf8"));
}
