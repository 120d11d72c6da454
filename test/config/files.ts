import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkConfig, showProblem } from "../../shared/config/load-config.ts";
import { newFolder } from "../catalog/folder.ts";

/** The least configuration that can be used. */
export const LEAST = `
deployments:
  payments:
    components:
      ledger: { instances: ["10.0.0.1"] }
    databases:
      main: { kind: dynamodb, region: ap-northeast-1 }
`;

export async function fileWith(text: string | Uint8Array): Promise<string> {
  const path = join(await newFolder(), "stillpoint.yml");
  await writeFile(path, text);
  return path;
}

/** The problems of a configuration, as they are shown but without the file's name. */
export async function problemsOf(text: string, env: Record<string, string> = {}): Promise<readonly string[]> {
  const path = await fileWith(text);
  const check = checkConfig(path, env);
  return check.kind === "usable" ? [] : check.problems.map((problem) => showProblem("", problem));
}

/** A deployment with one part put in place of the usual one. */
export function deploymentWith(part: string): string {
  const [section] = /^\w+/.exec(part) ?? [];
  const usual = {
    components: "components: { ledger: { instances: [10.0.0.1] } }",
    databases: "databases: { main: { kind: dynamodb, region: ap-northeast-1 } }",
  };
  const others = Object.entries(usual).flatMap(([name, text]) => (name === section ? [] : [text]));
  return ["deployments:", "  payments:", ...[part, ...others].map((line) => `    ${line}`), ""].join("\n");
}
