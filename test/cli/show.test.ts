import { describe, expect, test } from "vitest";
import { abandonedLines } from "../../functions/cli/commands/abandon-restore.ts";
import { plainProgress } from "../../functions/cli/progress.ts";
import { backupProgress, verdictLines } from "../../functions/cli/show/backup.ts";
import { expiryLines } from "../../functions/cli/show/expire.ts";
import { gateText } from "../../functions/cli/show/gate.ts";
import { pauseLines } from "../../functions/cli/show/pause.ts";
import { basisText, pointLines, pointTable } from "../../functions/cli/show/point.ts";
import { resultLines } from "../../functions/cli/show/restore-result.ts";
import { statusLines } from "../../functions/cli/show/status.ts";
import { guardLines, sweepLines } from "../../functions/cli/show/sweeps.ts";
import { sweptLines } from "../../functions/cli/show/swept.ts";
import { fact, table, WIDTH, wrapped } from "../../functions/cli/show/text.ts";
import { showSpan, showTime } from "../../functions/cli/show/time.ts";
import type { Heartbeat, RestorePoint } from "../../shared/catalog/model.ts";
import type { RestoreEvent } from "../../shared/restore/restore-plan.ts";
import { aPause, aPoint, aRun } from "../catalog/examples.ts";

const SECOND = Date.parse("2026-11-21T18:00:03Z") / 1000;
const INSTANCES = Array.from({ length: 3 }, (_, index) => ({
  component: "ledger",
  host: `ledger-${index}.ledger-headless.default.svc.cluster.local`,
  port: 50053,
}));
const POINT: RestorePoint = aPoint("payments-20261121T180003Z", {
  window: { startMs: SECOND * 1000 - 700.4, endMs: SECOND * 1000 + 1_700.2 },
  marginMs: 54.3,
  heldMs: 2_440.9,
  instances: INSTANCES,
  discovery: "dns",
  databases: [
    {
      name: "main",
      kind: "dynamodb",
      atSecond: SECOND,
      clockBound: { lowMs: -265.2, highMs: 276.4 },
      captured: null,
    },
  ],
});

test.each([
  [0, "0 ms"],
  [999.4, "999 ms"],
  [1_960, "1.9 s"],
  [60_000, "1 min"],
  [125_000, "2 min 5 s"],
  [11_400_000, "3 h 10 min"],
  [86_400_000, "1 d"],
  [-1_500, "-1.5 s"],
  [Number.NaN, "unknown"],
])("a span of %d ms reads %s", (ms, text) => expect(showSpan(ms)).toBe(text));

test("a time reads as --at takes it, in UTC with seconds", () => {
  expect(showTime(SECOND * 1000 + 999)).toBe("2026-11-21T18:00:03Z");
  expect(showTime(Number.NEGATIVE_INFINITY)).toBe("unknown");
});

test("columns are as wide as their widest cell, without spaces at the end", () => {
  expect(table(["A", "LONG"], [["wide", "x"]])).toEqual(["A     LONG", "wide  x"]);
});

test("text is wrapped at the width, but what is to be copied stays whole", () => {
  const address = "x".repeat(120);
  const lines = wrapped(`some words ${"and more ".repeat(20)}${address}`, "    ");
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(WIDTH);
  expect(lines.at(-1)).toBe(`    ${address}`);
  expect(fact("name", "value")).toEqual(["  name       value"]);
});

test("points are one line each and fit in 100 columns", () => {
  const lines = pointTable([POINT], (SECOND + 3 * 3600) * 1000);
  expect(lines[1]).toBe(
    "payments-20261121T180003Z  2026-11-21T18:00:03Z  3 h  window  complete  2.4 s  54 ms   3 (dns)",
  );
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(WIDTH);
});

test("a command that ran inside the pause is shown with its point, bounded and harmless", () => {
  const command = {
    command: `copy ${"everything ".repeat(20)}\n\u001b[2J`,
    startedMs: SECOND * 1000,
    endedMs: SECOND * 1000 + 1_300,
    end: { kind: "exited", status: 0 } as const,
    output: Array.from({ length: 30 }, (_, nth) => `${"x".repeat(250)}${nth}\n`).join(""),
    outputBytes: 90_000_000,
  };
  const beside = { ...POINT, command };
  const alone = { ...beside, databases: [] };
  expect(pointTable([POINT, beside, alone], SECOND * 1000).map((line) => line.slice(0, 14))).toEqual([
    expect.stringMatching(/^POINT/),
    "payments-20261",
    "payments-20261",
    "    beside: co",
    "payments-20261",
    "    left by: c",
  ]);
  for (const line of pointTable([alone], SECOND * 1000)) expect(line.length).toBeLessThanOrEqual(WIDTH);
  const text = pointLines(alone).join("\n");
  expect(text).toContain("everything \\n\\u001b[2J");
  expect(text).toMatch(
    /ran +1\.3 s: it ended with status 0\n +wrote +90,000,000 bytes; the last lines of it\n/,
  );
  expect(text.match(/^ {4}\| x{200}\.\.\.$/gm)).toHaveLength(20);
  expect(text).toContain("restore    by the command's own tool");
  expect(pointLines(beside).join("\n")).not.toContain("by the command's own tool");
});

test("a point that is not complete, or that no pause measured, shows it", () => {
  const { marginMs: _, heldMs: __, ...unmeasured } = POINT;
  const [, line] = pointTable([{ ...unmeasured, artifact: "pending", basis: "snapshot" }], SECOND * 1000);
  expect(line).toMatch(/snapshot {2}pending +- +- +3 \(dns\)/);
});

test("a point whose tables were replaced since is shown as lost", () => {
  const lost = { ...POINT, lostTo: "restore-7" };
  expect(pointTable([lost], SECOND * 1000)[1]).toContain("lost");
  expect(pointLines(lost).join("\n")).toContain("lost: restore-7 replaced its tables");
});

test("everything that a point rests on is shown in 100 columns", () => {
  const lines = pointLines(POINT);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(WIDTH);
  const text = lines.join("\n");
  expect(text).toContain("as DNS said, which forgets an instance that is being terminated too");
  expect(text).toContain("main is between -265 ms and 276 ms ahead of ours");
  expect(text).toContain("2.4 s, from 2026-11-21T18:00:02.299Z");
});

test("a list of instances says what it rests on", () => {
  expect(basisText(1, "list")).toBe("1 instance, by the addresses in the configuration");
});

test("the verdict is told with its reasons and with what may still be paused", () => {
  const text = verdictLines("payments", {
    pause: "p",
    verdict: { kind: "invalid", reasons: ["this", "that"] },
    heldMs: 0,
    stillPaused: INSTANCES.slice(0, 1),
    leftAlone: INSTANCES.slice(1, 2),
  }).join("\n");
  expect(text).toContain("payments: invalid, no restore point");
  expect(text).toContain("because    this\n  because    that");
  expect(text).toContain("held       not at all");
  expect(text).toContain("MAY STILL BE PAUSED: ledger-0");
  expect(text).toMatch(/left to another backup, which holds them by now:\s+ledger-1/);
  expect(text).not.toContain("were seen open");
});

test("the progress of a backup names the deadline before anything is paused", () => {
  expect(backupProgress({ kind: "pausing", pause: "p", deadlineMs: SECOND * 1000 })).toEqual([
    "  pausing    p; to be open again by 2026-11-21T18:00:03Z; what is not then, a sweep opens",
  ]);
});

test("a pause shows its state, its mark and its reasons", () => {
  const pause = aPause("p", {
    state: "swept",
    markedBy: "sweep of host",
    unsettled: ["10.0.0.1:50053"],
    verdict: { kind: "invalid", reasons: ["it was swept"] },
  });
  const text = pauseLines(pause).join("\n");
  expect(text).toContain("swept: marked for unpausing");
  expect(text).toContain("marked by  sweep of host");
  expect(text).toContain("because    it was swept");
  expect(text).toContain("unsettled  10.0.0.1:50053");
});

test("a gate says whether it is open, closed, gone, or not known", () => {
  const asked = { instance: INSTANCES[0] as (typeof INSTANCES)[number], sentMs: 0, answeredMs: 1 };
  expect(gateText({ ...asked, kind: "closed" })).toBe("PAUSED");
  expect(gateText({ ...asked, kind: "no-listener", message: "refused" })).toContain("stopped");
  expect(gateText({ ...asked, kind: "unresolved", message: "ENOTFOUND" })).toContain("does not resolve");
  expect(gateText({ ...asked, kind: "no-answer", message: "silence" })).toBe("did not answer: silence");
});

test("a sweep tells what it did with each pause", () => {
  const of = { pause: "p", deployment: "payments" };
  const text = sweptLines([
    { ...of, kind: "not-due", deadlineMs: SECOND * 1000 },
    { ...of, kind: "closed", gone: ["d:4"], unpaused: ["a:1"] },
    { ...of, kind: "unsettled", gone: [], unpaused: [], stillPaused: ["b:2"], waiting: ["c:3"] },
    { ...of, kind: "failed", message: "no such host" },
  ]);
  expect(text).toEqual([
    "  p not due: its backup has until 2026-11-21T18:00:03Z",
    "  p closed: all instances are open; unpaused a:1; gone, and their pauses with them: d:4",
    "  p stays under the sweep; MAY STILL BE PAUSED: b:2; seen open, to be seen so once more, a drain",
    "    wait and a call later: c:3",
    "  p could not be looked after: no such host",
  ]);
});

test("the status says how old the last point is, what is paused and what is running", () => {
  const instance = INSTANCES[0] as (typeof INSTANCES)[number];
  const nowMs = (SECOND + 7_200) * 1000;
  const lines = statusLines(
    {
      deployment: "payments",
      lastPoint: POINT,
      ageMs: 7_200_000,
      late: true,
      byCommand: false,
      backupAtWork: false,
      instances: [{ instance, sentMs: 0, answeredMs: 0, kind: "closed" }],
      lease: {
        schema: 1,
        deployment: "payments",
        holder: { kind: "restore", run: "restore-1" },
        sinceMs: SECOND * 1000,
      },
      openPauses: [aPause("p", { deadlineMs: nowMs - 5_000 })],
      unfinished: [aRun("restore-1", { state: "failed", failure: { code: "TIMED_OUT", message: "late" } })],
      unreadable: ["cannot read it"],
    },
    nowMs,
  );
  const text = lines.join("\n");
  expect(text).toContain("payments-20261121T180003Z, 2 h old: LATE");
  expect(text).toContain("paused     1 of 1");
  expect(text).toContain("running    restore restore-1 since 2026-11-21T18:00:03Z");
  expect(text).toContain("p is open, overdue by 5 s");
  expect(text).toContain("restore-1 (failed: TIMED_OUT): stillpoint show restore-1");
  expect(text).toContain("unreadable cannot read it");
});

test("tables that move together share a line, and a phase comes after what was before it", async () => {
  const said: string[] = [];
  const progress = plainProgress({ json: false, say: (line) => said.push(line), warn: () => {} });
  const moved = (name: string, stage: string): RestoreEvent => ({
    kind: "table",
    database: "main",
    table: name,
    stage,
  });
  progress.report({ kind: "phase", phase: "copy" });
  for (const each of [moved("a", "copying"), moved("b", "copying"), moved("a", "copied")])
    progress.report(each);
  progress.report({ kind: "phase", phase: "verify" });
  progress.report({ kind: "verified", what: "copies", proof: "proven", rows: 1_234 });
  await progress.end("done");
  expect(said.map((line) => line.replace(/^ +\d+s/, ""))).toEqual([
    "  A: restore to temporary names",
    "    copying    2 tables: a, b",
    "    copied     1 table: a",
    "  verify the copies",
    "    proven     1,234 rows read and judged",
  ]);
});

test("what became of each backup is told with its age and the reason, run by run", () => {
  const of = { run: "restore-1", database: "main", table: "prod_a.b", arn: "arn" };
  const lines = expiryLines(
    {
      deployment: "payments",
      backups: [
        { ...of, fate: "expired", because: "it may go", createdMs: 0 },
        { ...of, fate: "failed", because: "denied" },
        { ...of, run: "restore-2", fate: "kept", because: "it is young" },
        { ...of, run: "restore-2", table: "prod_a.c", fate: "kept", because: "it is young" },
      ],
    },
    2 * 86_400_000,
  );
  expect(lines).toEqual([
    "payments: backups that restore-1 has left",
    "  expired    it may go: prod_a.b, 2 d old",
    "  FAILED     denied: prod_a.b",
    "payments: backups that restore-2 has left",
    "  kept       it is young: 2 tables: prod_a.b, prod_a.c",
  ]);
});

test("the end of a restore names the settings that did not come back and what to do next", () => {
  const report = {
    proof: { kind: "unproven", reason: "a short window" },
    findings: [],
    findingCounts: {},
    checked: {
      tables: [{ table: "t", physical: "t", rows: 2, digest: "d" }],
      transactions: {
        withRows: 0,
        decided: 0,
        rolledForward: 0,
        rolledBack: 0,
        withoutCoordinator: 0,
        inFlight: 0,
        importedRows: 0,
        writes: 0,
      },
      chains: { assets: 0, records: 0 },
      signatures: {
        checked: { ecdsa: 0, hmac: 0 },
        unchecked: { "no-key": 0, sealed: 0, unreadable: 0 },
      },
    },
    notChecked: [],
  } as const;
  const text = resultLines(aRun("restore-1"), {
    kind: "dynamodb",
    mode: "in-place",
    copies: report,
    replaced: report,
    settingsDifferences: { "prod_app.account": ["tags: were these, are those"] },
    backups: ["arn:1"],
  }).join("\n");
  expect(text).toContain("settings that did NOT come back");
  expect(text).toContain("prod_app.account tags: were these, are those");
  expect(text).toContain("row by row the same as the copies");
  expect(text).toContain("start the instances fresh");
  const aside = {
    kind: "dynamodb",
    mode: "side-by-side",
    copies: report,
    settingsDifferences: {},
    backups: [],
  } as const;
  expect(resultLines(aRun("restore-1"), aside)).toContain("  stillpoint restore abandon restore-1");
  const since = resultLines({ ...aRun("restore-1"), state: "abandoned" }, aside).join("\n");
  expect(since).not.toContain("Look at the copies");
  const account = { ...aside, kind: "cosmosdb", accounts: [] } as const;
  const said = resultLines(aRun("restore-1"), account).join("\n");
  expect(said).toContain("the account's own were not put back");
  expect(said).not.toContain("all captured settings");
});

describe("sweeps", () => {
  const now = SECOND * 1000;
  const watch: Heartbeat = {
    schema: 1,
    id: "sweep-1",
    host: "ops-2",
    process: 7,
    of: { kind: "watch" },
    sinceMs: now - 60_000,
    beatMs: now - 3_000,
    intervalMs: 10_000,
  };
  const guard: Heartbeat = {
    ...watch,
    id: "sweep-2",
    host: "ops-1",
    of: { kind: "guard", deployment: "payments", run: "backup-1" },
  };

  test("that are alive are told with what their last round could not do, and lost ones with their last sign", () => {
    const ended = { ...guard, id: "sweep-3", endedMs: now - 1 };
    const lost = { ...guard, beatMs: now - 31_000 };
    expect(sweepLines([{ ...watch, trouble: "no room" }, lost, ended], { nowMs: now, overdue: 1 })).toEqual([
      "sweeps",
      "  alive      watch on ops-2 (process 7), seen 3 s ago; its last round: no room",
      "  LOST       guard of backup-1 on ops-1 (process 7), last seen 2026-11-21T17:59:32Z",
    ]);
  });

  test("none of which is alive are no comfort, and status says what to run", () => {
    const said = sweepLines([], { nowMs: now, overdue: 0 }).join(" ").replaceAll(/ +/g, " ");
    expect(said).toMatch(/^sweeps alive none; .* on another one run: stillpoint sweep --watch$/);
  });

  test("that gave up are told, and what needs one while none is alive", () => {
    const gaveUp = { ...guard, endedMs: now - 1, trouble: "no answer" };
    const said = sweepLines([gaveUp], { nowMs: now, overdue: 2 });
    expect(said).toContain("  NEEDED     2 pauses past the deadline: stillpoint sweep");
    expect(said[1]).toMatch(/^ {2}GAVE UP {4}guard of backup-1 on ops-1 .*; its last round: no$/);
  });

  test("a guard alone dies with its host; the watch of another one is named", () => {
    const own = { ...watch, host: guard.host };
    expect(guardLines(guard, [own, guard]).join(" ")).toContain("none on another host is known");
    expect(guardLines(guard, [own, watch]).join(" ")).toContain(
      "watch on ops-2 (process 7) would do so too if this host died",
    );
  });
});

describe("a pause of Cassy's", () => {
  const observed: RestorePoint = {
    ...POINT,
    basis: "observed",
    artifact: "pending",
    databases: POINT.databases.map((database) => ({ ...database, kind: "cassandra" })),
  };
  const pause = aPause("p", { pauser: "cassy", state: "unsettled", verdict: { kind: "observed" } });
  const flat = (lines: readonly string[]) => lines.join(" ").replaceAll(/\s+/g, " ");

  test("is told by its backup as what it is, with what nobody has proven and what a restore needs", () => {
    const text = flat(
      verdictLines("payments", {
        pause: "p",
        verdict: { kind: "observed" },
        heldMs: 900,
        stillPaused: [],
        leftAlone: [],
        point: observed,
      }),
    );
    expect(text).toContain("payments: observed, restore point payments-20261121T180003Z");
    expect(text).toContain("cannot be seen from outside, so that nobody has proven it");
    expect(text).toContain("--accept-observed");
    expect(text).toContain("every file was seen in the bucket: stillpoint follow --watch");
    expect(text).toContain("all that Cassy paused were seen open");
    expect(text).not.toContain("valid");
  });

  test("is named by its point and by its record", () => {
    expect(flat(pointLines(observed))).toContain("basis observed observed Cassy paused");
    expect(flat(pauseLines(pause))).toContain("paused by Cassy, which Stillpoint watches; the sweep opens");
    expect(flat(pauseLines(pause))).toContain("verdict observed");
    expect(pointTable([observed], SECOND * 1000)[1]).toContain("observed  pending");
  });

  test("is seen in the status, while it is open and as the last point", () => {
    const status = {
      deployment: "payments",
      lastPoint: observed,
      ageMs: 3_600_000,
      late: false,
      byCommand: false,
      instances: [],
      backupAtWork: true,
      openPauses: [pause],
      unfinished: [],
      unreadable: [],
    };
    const text = flat(statusLines(status, SECOND * 1000));
    expect(text).toContain("1 h old, observed only");
    expect(text).toContain("p (paused by Cassy, which Stillpoint watches) is unsettled");
  });

  test("a deployment without a point is told the command that gives it one", () => {
    const status = {
      deployment: "payments",
      late: true,
      instances: [],
      backupAtWork: false,
      openPauses: [],
      unfinished: [],
      unreadable: [],
    };
    const told = (byCommand: boolean) => flat(statusLines({ ...status, byCommand }, SECOND * 1000));
    expect(told(false)).toMatch(/LATE; take one with: stillpoint backup (?!--run)/);
    expect(told(true)).toContain("LATE; take one with: stillpoint backup --run 'COMMAND'");
  });
});

test("what a person has to do during a restore reaches them where the output goes into a program", async () => {
  const [said, warned]: [string[], string[]] = [[], []];
  const progress = plainProgress({
    json: true,
    say: (line) => said.push(line),
    warn: (line) => warned.push(line),
  });
  progress.report({ kind: "phase", phase: "start-nodes" });
  progress.report({ kind: "advice", text: "start Cassandra on n1" });
  await progress.end("done");
  expect(warned.join()).toContain("start Cassandra on n1");
  expect(said.join()).not.toContain("start Cassandra on n1");
});

test("a restore of Cassandra that was only planned left nothing of Cassy's on the nodes, and says so", () => {
  const left = { kind: "cassandra", left: [] } as const;
  const planned = abandonedLines({ id: "restore-1", state: "planned" }, left).join(" ");
  expect(planned).toContain("Cassy was asked for nothing");
  expect(planned).not.toContain("move away");
  expect(abandonedLines({ id: "restore-1", state: "failed" }, left).join(" ")).toContain(
    "move away what Cassy",
  );
});
