import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { resolveJars } from "../../rehearsal/scalardb-server/jars.ts";
import { startJava } from "../../rehearsal/scalardb-server/java-process.ts";
import { startScalarDbServer } from "../../rehearsal/scalardb-server/scalardb-server.ts";
import { NOWHERE } from "./bare-server.ts";
import { temporaryFolder } from "./temporary-folder.ts";

let dir: string;
beforeAll(async () => {
  dir = await temporaryFolder();
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test("a program that ends before it is ready is an error that quotes its log", async () => {
  const { lib } = await resolveJars("scalardb-server");
  const java = startJava({ name: "broken", lib, main: "no.such.Program", args: [], dir });
  await expect(java.ready(/listening/, 30_000)).rejects.toThrow(
    /"broken" ended before it was ready.*broken\.log".*no\.such\.Program/s,
  );
});

test("a program that is not ready in time is killed", async () => {
  const { lib } = await resolveJars("scalardb-server");
  const java = startJava({ name: "slow", lib, main: "no.such.Program", args: [], dir });
  await expect(java.ready(/listening/, 0)).rejects.toThrow('"slow" was not ready within 0 s');
  expect(await java.exited).toBe(-1);
});

test("a server dies with the process that started it, however that one died", async () => {
  const module = new URL("../../rehearsal/scalardb-server/scalardb-server.ts", import.meta.url);
  const program = `const { startScalarDbServer } = await import(${JSON.stringify(module.href)});
    const { process: java } = await startScalarDbServer(${JSON.stringify({ storage: NOWHERE, dir })});
    console.log(java.pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line);
  expect(isRunning(pid)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });
});

test("a server starts again on its port, right after it was killed", async () => {
  const storage = NOWHERE;
  const first = await startScalarDbServer({ storage, dir });
  await first.process.kill();
  const again = await startScalarDbServer({ storage, dir, port: first.port });
  expect(again.port).toBe(first.port);
  await again.process.stop();
});

/** A killed orphan stays a zombie where nobody reaps it: that one runs no more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
