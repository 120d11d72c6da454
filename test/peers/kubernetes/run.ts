import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { missingGo, serverBinary } from "./server-binary.ts";

/**
 * Runs the tests on a real kube-apiserver. With `--where-possible` a machine without Go is told so and passes;
 * with `--build-only` nothing is run.
 */
const FLAGS = ["--where-possible", "--build-only"];
const missing = await missingGo();

if (missing === undefined) {
  const startedMs = performance.now();
  await serverBinary();
  console.log(`kube-apiserver: built in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  if (!process.argv.includes("--build-only")) process.exitCode = runTests();
} else {
  console.log(`The tests on a real kube-apiserver were not run: ${missing}`);
  process.exitCode = process.argv.includes("--where-possible") ? 0 : 1;
}

function runTests(): number {
  const vitest = fileURLToPath(new URL("../../../node_modules/vitest/vitest.mjs", import.meta.url));
  const own = process.argv.slice(2).filter((argument) => !FLAGS.includes(argument));
  const args = [vitest, "run", "--config", "vitest.kubernetes.config.ts", ...own];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}
