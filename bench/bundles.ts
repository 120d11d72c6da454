import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundleAll, isKubernetes } from "../deploy/bundles.ts";

/**
 * Size of each function's bundle, and how much more than bare Node importing it takes, by the clock and of the
 * processor, which a busy machine does not distort: `node bench/bundles.ts`.
 */
const ROUNDS = 15;

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const dist = mkdtempSync(join(tmpdir(), "stillpoint-bundles-"));
for (const { name, startBytes, bytes } of await bundleAll(dist)) {
  const index = join(dist, name, "index.mjs");
  const client = readdirSync(join(dist, name)).find(isKubernetes);
  const [bare, alone, both] = inTurn([[], [index], client ? [index, join(dist, name, client)] : [index]]);
  console.log(`${name}: ${mb(startBytes)} of ${mb(bytes)}, ${more(alone, bare)}`);
  if (client) console.log(`  with the Kubernetes client: ${more(both, bare)}`);
}
rmSync(dist, { recursive: true });

/** Medians of fresh processes, taken in turn, so that a busy moment does not fall on one of them alone. */
function inTurn(imports: readonly (readonly string[])[]): [Cost, Cost, Cost] {
  const costs = imports.map((): Cost[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, files] of imports.entries()) costs[index]?.push(costOf(files));
  const medians = costs.map((of) => ({
    wallMs: median(of.map(({ wallMs }) => wallMs)),
    cpuMs: median(of.map(({ cpuMs }) => cpuMs)),
  }));
  return medians as [Cost, Cost, Cost];
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function costOf(files: readonly string[]): Cost {
  const imports = files.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});`).join("");
  const code = `${imports}const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);`;
  const startedMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code]);
  if (status !== 0) throw new Error(`cannot import ${files.join(", ")}: ${stderr}`);
  return { wallMs: performance.now() - startedMs, cpuMs: Number(stdout) };
}

function more(cost: Cost, bare: Cost): string {
  return `imported in ${(cost.wallMs - bare.wallMs).toFixed(0)} ms over bare Node, ${(cost.cpuMs - bare.cpuMs).toFixed(0)} ms of the processor`;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
