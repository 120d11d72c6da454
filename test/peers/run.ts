import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PEERS, resolveJars } from "../../rehearsal/scalardb-server/jars.ts";
import { missingTools } from "../../rehearsal/scalardb-server/java.ts";

/**
 * Runs the tests on real peers; with `--longer` those that take minutes each. With `--where-possible` a machine without
 * Java or Maven is told so and passes.
 */
const OPTIONS = ["--where-possible", "--longer"];
const wherePossible = process.argv.includes("--where-possible");
const config = process.argv.includes("--longer") ? "vitest.peers-longer.config.ts" : "vitest.peers.config.ts";
const missing = await missingTools();

if (missing === undefined) {
  await resolveAll();
  const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
  const own = process.argv.slice(2).filter((argument) => !OPTIONS.includes(argument));
  const args = [vitest, "run", "--config", config, ...own];
  process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
} else {
  console.log(`The tests on real peers were not run: ${missing}`);
  process.exitCode = wherePossible ? 0 : 1;
}

async function resolveAll(): Promise<void> {
  const startedMs = performance.now();
  // One after the other: Maven's local repository is not made for several at once.
  for (const peer of PEERS) await resolveJars(peer);
  console.log(`Jars of ${PEERS.join(", ")}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}
