import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BackupOutput } from "../../functions/cli/json/backup.ts";
import { ListOutput, ShowOutput } from "../../functions/cli/json/catalog.ts";
import { StatusOutput } from "../../functions/cli/json/gates.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { type GatedWorld, gatedWorld } from "./gated-world.ts";
import { guardsIn, isAlive } from "./guards.ts";
import { start, stillpoint } from "./stillpoint.ts";
import { until } from "./until.ts";

const PAUSE = { drainWait: "500ms", longest: "8s", rpcDeadline: "1s" };

let bare: GatedWorld;
let protectedWorld: GatedWorld;
beforeAll(async () => {
  bare = await gatedWorld({ deployment: { pause: PAUSE, databases: undefined } });
  protectedWorld = await gatedWorld({ deployment: { pause: { ...PAUSE, longest: "15s" } } });
}, 40_000);
afterAll(async () => {
  await bare[Symbol.asyncDispose]();
  await protectedWorld[Symbol.asyncDispose]();
});

const catalogOf = ({ folder }: GatedWorld) => catalogOver(fileStore(join(folder, "catalog")));
const words = ({ config }: GatedWorld, ...some: string[]) => ["-c", config, ...some];
const areOpen = ({ gates }: GatedWorld) => gates.every((gate) => !gate.checkPaused());
const areShut = ({ gates }: GatedWorld) => gates.every((gate) => gate.checkPaused());
const noted = async (file: string) => Number(await readFile(file, "utf8").catch(() => "0"));
const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

async function backup(world: GatedWorld, command: string, ...more: string[]) {
  const ended = await stillpoint(words(world, "backup", "--json", "--run", command, ...more));
  return { ...ended, told: BackupOutput.parse(JSON.parse(ended.stdout)) };
}

async function refused(world: GatedWorld, ...some: string[]) {
  const { status, stdout } = await stillpoint(words(world, ...some, "--json"));
  return { status, message: JSON.parse(stdout).error.message as string };
}

describe("a command in a deployment without databases", () => {
  let point: string;

  test("runs while every instance is shut, and leaves a valid point that says so", async () => {
    const [here, go] = [join(bare.folder, "here"), join(bare.folder, "go")];
    const command = `echo $$ > ${here}; until test -e ${go}; do sleep 0.02; done; cp ${bare.config} ${bare.folder}/copy && echo copied`;
    const taking = backup(bare, command);
    await until(() => noted(here).then(Boolean));
    expect(areShut(bare)).toBe(true);
    await writeFile(go, "");
    const { status, told } = await taking;
    expect({ status, verdict: told.verdict }).toEqual({ status: 0, verdict: "valid" });
    expect(areOpen(bare)).toBe(true);
    expect(await readFile(join(bare.folder, "copy"))).toEqual(await readFile(bare.config));
    const { startMs = 0, endMs = 0 } = told.window ?? {};
    expect(told.command).toMatchObject({ command, end: { kind: "exited", status: 0 }, output: "copied\n" });
    expect(told.command?.startedMs).toBeGreaterThanOrEqual(startMs);
    expect(told.command?.endedMs).toBeLessThanOrEqual(endMs);
    expect(told.point).toMatchObject({
      databases: [],
      basis: "window",
      artifact: "complete",
      restorable: false,
    });
    expect(told.point?.command).toEqual(told.command);
    point = told.point?.id ?? "";
    expect(point).toMatch(/^payments-\d{8}T\d{6}/);
  });

  test("counts as the last backup, and is listed and shown with its command", async () => {
    const { stdout } = await stillpoint(words(bare, "status", "--json"));
    const [deployment] = StatusOutput.parse(JSON.parse(stdout)).deployments;
    expect(deployment).toMatchObject({ late: false, lastPoint: { id: point } });
    const status = await stillpoint(words(bare, "status"));
    expect(status.stdout).toMatch(/last point +payments-\S+, .* old, left by a command, whose tool restores/);
    const listed = ListOutput.parse(JSON.parse((await stillpoint(words(bare, "list", "--json"))).stdout));
    expect(listed.points).toMatchObject([{ id: point, command: { output: "copied\n" } }]);
    expect((await stillpoint(words(bare, "list"))).stdout).toMatch(/\(list\)\n {4}left by: echo \$\$ > /);
    const shown = (await stillpoint(words(bare, "show", point))).stdout;
    expect(shown).toMatch(/ran +\d.*: it ended with status 0\n +wrote +7 bytes\n {4}\| copied\n/);
    expect(shown).toContain("restore    by the command's own tool");
  });

  test("cannot be planned, restored or verified, which says what to do instead", async () => {
    for (const which of [
      ["--point", point],
      ["--at", `${new Date().toISOString().slice(0, 19)}Z`],
    ])
      for (const what of ["plan", "restore"]) {
        const { status, message } = await refused(bare, what, ...which);
        expect(status).toBe(ERRORS.NO_RESTORE_POINT.exit);
        expect(message).toContain(`"${point}" was left by a command (echo $$ > `);
        expect(message).toMatch(/only the tool of that command can restore it.*; nothing was touched$/);
      }
    const verified = await refused(bare, "verify", "--live");
    expect(verified.status).toBe(ERRORS.CONFIG_INVALID.exit);
    expect(verified.message).toContain('cannot verify "payments": the configuration names no database');
  });

  test("is left out by a backup that names none, and by config check named", async () => {
    const { status, message } = await refused(bare, "backup");
    expect(status).toBe(ERRORS.NOT_PROTECTED.exit);
    expect(message).toMatch(/with --run; nothing was paused$/);
    expect((await stillpoint(words(bare, "config", "check"))).stdout).toContain(
      "payments: names nothing that a backup would leave, so each takes a command: stillpoint backup --run 'COMMAND'",
    );
  });
});

describe("a command that does not end well", () => {
  const pointsOf = async () => (await catalogOf(bare).points.list()).records.length;

  test.each([
    [
      "fails",
      "echo one; echo 'no space left' >&2; exit 3",
      'ended with status 3; the last that it wrote was "no space left"',
    ],
    ["fails in silence", "exit 1", "ended with status 1; it wrote nothing"],
    ["kills itself", "kill -9 $$", "was killed by SIGKILL; it wrote nothing"],
    [
      "hangs",
      "trap '' TERM; echo waiting; sleep 600",
      "s, when the instances had to be unpaused, and was killed",
    ],
  ])("and %s gives no point, and leaves everything open", async (_, command, why) => {
    const before = await pointsOf();
    const { status, told } = await backup(bare, command);
    expect(status).toBe(ERRORS.COMMAND_FAILED.exit);
    expect(told).toMatchObject({ verdict: "invalid", stillPaused: [], error: { code: "COMMAND_FAILED" } });
    expect(told.error?.message).toContain('inside the pause of "payments" the command ');
    expect(told.error?.message).toContain(why);
    expect(told.error?.message).toMatch(
      /; every instance that it had paused is open again, and no restore point was recorded$/,
    );
    expect(told.heldMs).toBeLessThan(8_000);
    expect(areOpen(bare)).toBe(true);
    expect(await pointsOf()).toBe(before);
    const shown = await stillpoint(words(bare, "show", told.pause ?? "", "--json"));
    const { pause } = ShowOutput.parse(JSON.parse(shown.stdout)) as { pause: object };
    expect(pause).toMatchObject({ verdict: "invalid", state: "closed", command: { command } });
  });

  test("is told to a person with the end of what it wrote, and no more", async () => {
    const { stdout, stderr } = await stillpoint(
      words(bare, "backup", "--run", "printf 'a\\033[2Jb\\n'; seq 100; exit 4"),
    );
    expect(stdout).toContain("command    printf 'a\\033[2Jb\\n'; seq 100; exit 4");
    expect(stdout).toMatch(/limit +at most 5 s inside the pause/);
    expect(stdout).toMatch(
      /ran +\S+ m?s: the command ended with status 4\n +wrote +\d+ bytes; the last lines/,
    );
    const shown = [...stdout.matchAll(/^ {4}\| (.*)$/gm)].map(([, line]) => line);
    expect(shown).toEqual(Array.from({ length: 20 }, (_, nth) => String(81 + nth)));
    expect(stderr).toContain('error COMMAND_FAILED: inside the pause of "payments"');
    expect(stderr).toContain("stillpoint -c");
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "at %s is ended first, then everything is unpaused",
    async (signal) => {
      const here = join(bare.folder, signal);
      const taking = start(
        words(bare, "backup", "--json", "--run", `trap '' INT TERM; echo $$ > ${here}; sleep 600`),
      );
      await until(() => noted(here).then(Boolean));
      taking.child.kill(signal);
      const { status, stdout } = await taking.ended;
      expect(areOpen(bare)).toBe(true);
      expect(status).toBe(ERRORS.INTERRUPTED.exit);
      expect(BackupOutput.parse(JSON.parse(stdout))).toMatchObject({
        verdict: "invalid",
        command: { end: { kind: "interrupted" } },
      });
      await until(async () => isGone(await noted(here)));
    },
  );

  test.each([
    ["", "--run is blank"],
    [" \n", "--run is blank"],
    [`: ${"x".repeat(20_000)}`, "--run must be at most 16384 bytes"],
  ])("and cannot be one is refused before anything is paused (%#)", async (command, why) => {
    const { status, message } = await refused(bare, "backup", "--run", command);
    expect(status).toBe(ERRORS.USAGE.exit);
    expect(message).toContain(why);
  });
});

test("a backup that is killed while its command runs leaves the command to itself, no point, and nobody paused", {
  timeout: 60_000,
}, async () => {
  const catalog = catalogOf(bare);
  const before = (await catalog.points.list()).records.length;
  const here = join(bare.folder, "survivor");
  const taking = start(words(bare, "backup", "--run", `echo $$ > ${here}; sleep 30; echo > ${here}-ended`));
  await until(() => noted(here).then(Boolean));
  taking.child.kill("SIGKILL");
  await taking.ended;
  expect(areShut(bare)).toBe(true);
  await until(() => areOpen(bare));
  const pid = await noted(here);
  expect(isGone(pid)).toBe(false);
  await until(async () => !(await guardsIn(catalog)).some(isAlive));
  process.kill(-pid, "SIGKILL");
  const last = (await catalog.pauses.list()).records.at(-1);
  expect(last?.state).toBe("closed");
  expect(last).not.toHaveProperty("verdict");
  expect((await catalog.points.list()).records).toHaveLength(before);
  await expect(stat(`${here}-ended`)).rejects.toThrow("ENOENT");
});

test("beside a database that keeps its own history, the point has its second and the command", async () => {
  const { status, told } = await backup(protectedWorld, "sleep 0.5; echo beside");
  expect(status).toBe(0);
  expect(told.point).toMatchObject({
    databases: [{ name: "main", kind: "dynamodb" }],
    restorable: true,
    command: { output: "beside\n", end: { kind: "exited", status: 0 } },
  });
  const planned = await stillpoint(words(protectedWorld, "plan", "--point", told.point?.id ?? ""));
  expect(planned.stdout.replaceAll(/\s+/g, " ")).toContain(
    "Inside the pause of this point a command ran, too (sleep 0.5; echo beside). What it has left is not restored by this plan: bring that back with its own tool, to the same point, before the instances start",
  );
  const failed = await backup(protectedWorld, "exit 9");
  expect(failed.status).toBe(ERRORS.COMMAND_FAILED.exit);
  expect(failed.told).not.toHaveProperty("point");
});
