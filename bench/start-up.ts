import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Start-up time of the command line: `node bench/start-up.ts`. */
const PROGRAM = fileURLToPath(new URL("../functions/cli/stillpoint.ts", import.meta.url));
const ROUNDS = 15;
const CONFIG = `
deployments:
  payments:
    components: { ledger: { instances: ["127.0.0.1:1"] } }
    databases: { main: { kind: dynamodb, region: us-east-1 } }
`;

const folder = mkdtempSync(join(tmpdir(), "stillpoint-bench-"));
const config = join(folder, "stillpoint.yml");
writeFileSync(config, CONFIG);
for (const args of [["--version"], ["list"], ["config", "check"]]) {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now();
    spawnSync(process.execPath, [PROGRAM, "--config", config, ...args]);
    return performance.now() - startedMs;
  }).sort((a, b) => a - b);
  const [median, worst] = [times[Math.floor(ROUNDS / 2)] ?? 0, times.at(-1) ?? 0];
  console.log(`stillpoint ${args.join(" ")}: median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`);
}
rmSync(folder, { recursive: true });
