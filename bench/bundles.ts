import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleAll, isKubernetes } from "../deploy/bundles.ts";

/** Size of each function's bundle, and how much longer than bare Node importing it takes: `node bench/bundles.ts`. */
const ROUNDS = 15;

const dist = mkdtempSync(join(tmpdir(), "stillpoint-bundles-"));
const sizes = await bundleAll(dist);
for (const { name, bytes, withKubernetesBytes } of sizes) {
  const index = join(dist, name, "index.mjs");
  const client = readdirSync(join(dist, name)).find(isKubernetes);
  const [bare, alone, both] = interleaved([
    [],
    [index],
    client ? [index, join(dist, name, client)] : [index],
  ]);
  console.log(
    `${name}: ${mb(bytes)}, imported in ${alone - bare} ms; with the Kubernetes client ${mb(withKubernetesBytes)}, ${both - bare} ms (bare Node: ${bare} ms)`,
  );
}
rmSync(dist, { recursive: true });

/** Median milliseconds of fresh processes, taken in turn, so that a busy moment does not fall on one of them alone. */
function interleaved(imports: readonly (readonly string[])[]): [number, number, number] {
  const times = imports.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, files] of imports.entries()) times[index]?.push(timeOf(files));
  const [bare = 0, alone = 0, both = 0] = times.map((of) => of.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0);
  return [bare, alone, both];
}

function timeOf(files: readonly string[]): number {
  const code = files.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});`).join("");
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code]);
  if (status !== 0) throw new Error(`cannot import ${files.join(", ")}: ${stderr}`);
  return Math.round(performance.now() - startedMs);
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
