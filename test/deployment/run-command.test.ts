import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenDeployment } from "../../shared/deployment/open-deployment.ts";
import { ourClock } from "../../shared/deployment/our-clock.ts";
import { runCommand } from "../../shared/deployment/run-command.ts";
import { until } from "../cli/until.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stillpoint-command-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const clock = ourClock();
const open = { clock, env: process.env, settings: { name: "payments" } } as unknown as OpenDeployment;
const run = (command: string, withinMs = 20_000, signal = new AbortController().signal) =>
  runCommand({ command, pause: "pause-1", startMs: 1_700_000_000_250, withinMs }, open, signal);
/** A file that a command of the test writes its process into. */
const noted = async (file: string) => {
  const path = join(folder, file);
  await until(async () => (await readFile(path, "utf8").catch(() => "")).endsWith("\n"));
  return Number(await readFile(path, "utf8"));
};
const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe("a command", () => {
  test("ends with its own status, and what it wrote is kept in its order", async () => {
    const record = await run("echo out; sleep 0.1; echo err >&2; exit 3");
    expect(record).toMatchObject({
      command: "echo out; sleep 0.1; echo err >&2; exit 3",
      end: { kind: "exited", status: 3 },
      output: "out\nerr\n",
      outputBytes: 8,
    });
    expect(record.endedMs - record.startedMs).toBeGreaterThanOrEqual(90);
  });

  test("knows of the window and of its limit, beside the environment of its caller", async () => {
    const beganMs = clock.oursMs();
    const names = ["DEPLOYMENT", "PAUSE", "WINDOW_START", "WINDOW_START_MS", "DEADLINE", "DEADLINE_MS"];
    const { output } = await run(
      `for name in ${names.join(" ")}; do eval echo \\$STILLPOINT_$name; done; echo $HOME`,
    );
    const [deployment, pause, start, startMs, deadline = "", deadlineMs, home] = output.split("\n");
    expect([deployment, pause, home]).toEqual(["payments", "pause-1", process.env["HOME"]]);
    expect([start, startMs]).toEqual(["2023-11-14T22:13:20.250Z", "1700000000250"]);
    expect(Date.parse(deadline)).toBe(Number(deadlineMs));
    expect(Number(deadlineMs)).toBeGreaterThanOrEqual(Math.floor(beganMs + 20_000));
    expect(Number(deadlineMs)).toBeLessThanOrEqual(clock.oursMs() + 20_000);
  });

  test("that reads its input finds none, and waits for nobody", async () => {
    expect(await run("cat; read line || echo nothing")).toMatchObject({
      end: { kind: "exited", status: 0 },
      output: "nothing\n",
    });
  });

  test("that kills itself is told by its signal", async () => {
    expect((await run("kill -KILL $$")).end).toEqual({ kind: "killed", signal: "SIGKILL" });
    expect((await run("kill -TERM $$")).end).toEqual({ kind: "killed", signal: "SIGTERM" });
  });

  test("that does not exist ends with what the shell says of it", async () => {
    const { end, output } = await run("no-such-tool-at-all --now");
    expect(end).toEqual({ kind: "exited", status: 127 });
    expect(output).toContain("no-such-tool-at-all");
  });

  test("that the system does not start at all is told, and nothing is thrown", async () => {
    const { end } = await run(`: ${"x".repeat(4_000_000)}`);
    expect(end).toMatchObject({ kind: "not-started", message: expect.stringContaining("E2BIG") });
    expect((await run("echo \0")).end.kind).toBe("not-started");
  });
});

describe("at its limit a command is ended with all that it has started", () => {
  test.each([
    ["a shell that waits", "echo $$ > FILE; sleep 600; echo never"],
    [
      "one that ignores every signal that can be ignored",
      "trap '' TERM INT HUP; echo $$ > FILE; while :; do sleep 600; done",
    ],
    ["one behind a pipe", "(echo $$ > /dev/null; sh -c 'echo $$ > FILE; sleep 600') | cat"],
    ["one in the background", "sh -c 'echo $$ > FILE; exec sleep 600' & wait"],
  ])("%s", async (what, command) => {
    const file = what.replaceAll(" ", "-");
    const running = run(command.replace("FILE", join(folder, file)), 1_500);
    const pid = await noted(file);
    const record = await running;
    expect(record.end).toEqual({ kind: "out-of-time", limitMs: 1_500 });
    expect(record.endedMs - record.startedMs).toBeLessThan(3_000);
    await until(() => isGone(pid), { pid });
  });

  test("and is not started where no time is left", async () => {
    const file = join(folder, "never");
    expect((await run(`echo > ${file}`, 0)).end).toEqual({ kind: "out-of-time", limitMs: 0 });
    await expect(readFile(file)).rejects.toThrow("ENOENT");
  });
});

test("an interruption ends a command at once, and one before keeps it from starting", async () => {
  const interruption = new AbortController();
  const running = run(`echo $$ > ${join(folder, "interrupted")}; sleep 600`, 20_000, interruption.signal);
  const pid = await noted("interrupted");
  interruption.abort();
  expect((await running).end).toEqual({ kind: "interrupted" });
  await until(() => isGone(pid));
  expect((await run("echo started", 20_000, interruption.signal)).output).toBe("");
});

test("a process that a command leaves behind keeps nobody waiting, and goes on", async () => {
  const record = await run("sleep 3 & echo begun");
  expect(record).toMatchObject({ end: { kind: "exited", status: 0 }, output: "begun\n" });
  expect(record.endedMs - record.startedMs).toBeLessThan(2_000);
  const left = await run(
    `sh -c 'sleep 0.4; echo $$ > ${join(folder, "quiet")}; exec sleep 600' > /dev/null 2>&1 &`,
  );
  expect(left.end).toEqual({ kind: "exited", status: 0 });
  const pid = await noted("quiet");
  expect(isGone(pid)).toBe(false);
  process.kill(pid, "SIGKILL");
});

/** Runs a command in a process that has used up its files. */
const WITHOUT_FILES = `
  import { openSync } from "node:fs";
  import { runCommand } from "./shared/deployment/run-command.ts";
  try { for (;;) openSync("/dev/null"); } catch {}
  const clock = { oursMs: () => performance.now() };
  const wish = { command: "echo here", pause: "pause-1", startMs: 0, withinMs: 5000 };
  const open = { clock, env: process.env, settings: { name: "payments" } };
  const { end } = await runCommand(wish, open, new AbortController().signal);
  console.log(JSON.stringify(end));
`;

test("a command that no pipes are left for is one that could not be run, and no error that nobody catches", () => {
  const words = [
    "-c",
    'ulimit -n 60; exec "$0" --input-type=module -e "$1"',
    process.execPath,
    WITHOUT_FILES,
  ];
  const { status, stdout, stderr } = spawnSync("/bin/sh", words, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({ kind: "not-started", message: "spawn /bin/sh EMFILE" });
});

describe("of what a command writes", () => {
  test("the last 16 KiB are kept of 200 MB, which neither block it nor fill the memory", async () => {
    const before = process.memoryUsage().rss;
    const { end, output, outputBytes } = await run(
      "yes 0123456789abcde | head -c 209715200; echo the end",
      60_000,
    );
    expect(end).toEqual({ kind: "exited", status: 0 });
    expect(outputBytes).toBe(209_715_200 + 8);
    expect(Buffer.byteLength(output)).toBe(16_384);
    expect(output.endsWith("0123456789abcde\nthe end\n")).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  }, 60_000);

  test("no character is torn, neither at the cut nor between two writes or two outputs", async () => {
    const many = await run("yes 'あ😀é' | head -n 3000");
    expect(Buffer.byteLength(many.output)).toBeLessThanOrEqual(16_384);
    expect(Buffer.byteLength(many.output)).toBeGreaterThan(16_380);
    expect(many.output).not.toContain("\ufffd");
    const half = await run(
      "printf '\\343'; sleep 0.1; printf '\\303' >&2; sleep 0.1; printf '\\201\\202'; sleep 0.1; printf '\\251' >&2",
    );
    expect(half).toMatchObject({ output: "あé", outputBytes: 5 });
  });

  test("half a character and bytes that are none do no harm", async () => {
    const { output, outputBytes } = await run("printf 'a\\377b\\343\\201'");
    expect({ output, outputBytes }).toEqual({ output: "a\ufffdb", outputBytes: 5 });
  });

  test.each([
    ["colours", "\\033[1;31mred\\033[0m", "red"],
    ["a title", "\\033]0;owned\\007here", "here"],
    ["a reset", "\\033cgone", "gone"],
    ["progress in one line", "1%%\\r50%%\\r100%%\\r\\ndone", "100%\ndone"],
    ["bells and deletions", "a\\a\\bb", "a\ufffd\ufffdb"],
    ["a control of eight bits", "\\302\\2332Jx", "\ufffd2Jx"],
    ["a text that turns round", "a\\342\\200\\256b", "a\ufffdb"],
  ])("%s do nothing to a terminal", async (_, written, shown) => {
    expect((await run(`printf '${written}'`)).output).toBe(shown);
  });
});
