#!/usr/bin/env node
// Runs the command line on Node 24, whatever the machine's own Node is. Plain JavaScript that any Node understands.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_MAJOR = 24;
const PROGRAM = fileURLToPath(new URL("./stillpoint.ts", import.meta.url));
const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGWINCH"];

if (Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR) await import("./stillpoint.ts");
else runOn(ownNode());

function ownNode() {
  try {
    const node = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
    if (existsSync(node)) return node;
  } catch {
    // Said below: it is not installed.
  }
  const have = `This is Node ${process.versions.node}; Stillpoint runs on Node ${OLDEST_MAJOR} or newer`;
  process.stderr.write(`${have}, and its own copy is not installed. Nothing was done. Next: npm ci\n`);
  process.exit(70);
}

/**
 * In a session of its own, or a Ctrl-C in the terminal would reach the child twice, once from the terminal and once
 * from here, and the second one means "exit at once". Over the channel it notices when this process is killed.
 */
function runOn(node) {
  const stdio = ["inherit", "inherit", "inherit", "ipc"];
  const child = spawn(node, [PROGRAM, ...process.argv.slice(2)], { stdio, detached: true });
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  child.once("error", (error) => {
    process.stderr.write(`Cannot start "${node}": ${error.message}. Nothing was done. Next: npm ci\n`);
    process.exit(70);
  });
  child.once("exit", (status, signal) => {
    if (signal === null) process.exit(status);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
