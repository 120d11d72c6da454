import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Life } from "../../workflow/mortal.ts";
import { ledgerAndAuditor, NODES, planOf, RUN } from "./example-plan.ts";
import { Situation, undisturbed } from "./situation.ts";

test("Cassy restores every node of every cluster once, and the rows are verified once people have started them", async () => {
  const { situation, result } = await undisturbed(ledgerAndAuditor());
  expect(situation.stages).toEqual(["check", "restore-nodes", "start-nodes", "verify", "indexes", "compare"]);
  expect(situation.clusters.calls).toEqual([[...NODES], NODES.map((node) => node.replace("10.0.", "10.9."))]);
  for (const node of situation.clusters.nodes.values())
    expect(node).toEqual({ holds: "snapshot", running: true, aside: ["today"] });
  expect(result).toMatchObject({
    kind: "cassandra",
    mode: "in-place",
    copies: { proof: { kind: "proven" } },
    settingsDifferences: {},
    clusters: [
      { database: "ledger", cluster: "ledger", snapshotId: "5d1f0c3e", nodes: [...NODES] },
      { database: "auditor", cluster: "auditor", snapshotId: "99aa" },
    ],
  });
});

test("people are told once, clearly, which nodes to start", async () => {
  const { situation } = await undisturbed(planOf());
  const [first, ...others] = situation.advice;
  expect(first).toMatch(
    /Cassy has restored the files of cluster "ledger".*start Cassandra on "10\.0\.0\.1", "10\.0\.0\.2", "10\.0\.0\.3", the seeds first.*Leave the instances stopped/,
  );
  expect(others).toEqual([]);
});

test("killed at any moment and resumed, a restore asks Cassy once for each node and ends as an undisturbed one", async () => {
  const { situation, result, moments } = await undisturbed(ledgerAndAuditor());
  expect(moments).toContain("inside restore-nodes, before the answer");
  for (const moment of moments.keys()) {
    const disturbed = new Situation(ledgerAndAuditor());
    expect(await disturbed.end(new Life(moment)), moments[moment]).toBe("killed");
    expect(await disturbed.run(), moments[moment]).toEqual(result);
    expect(disturbed.clusters.calls.length, moments[moment]).toBe(2);
    expect(disturbed.clusters.snapshot(), moments[moment]).toEqual(situation.clusters.snapshot());
  }
});

test("killed at any moment, and where it had failed on nodes resumed by people who did as told, a restore ends whole", async () => {
  const plan = planOf();
  const failing = { "10.0.0.2": 2, "10.0.0.3": 1 };
  const { result, situation: whole } = await undisturbed(plan);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 8 }), async (deaths) => {
      const situation = new Situation(plan, { failing });
      let told = 0;
      for (const death of [...deaths, ...Array<number>(4).fill(Number.POSITIVE_INFINITY)]) {
        const end = await situation.end(new Life(death));
        if (end === "done") break;
        expect(["killed", "RESTORE_BLOCKED"]).toContain(end);
        if (end === "RESTORE_BLOCKED") told += situation.emptyWhatFailed().length;
      }
      expect(told).toBeGreaterThanOrEqual(3);
      expect(await situation.end()).toBe("done");
      expect(await situation.run()).toEqual(result);
      expect(situation.clusters.calls.map((nodes) => nodes.length)).toEqual([3, 2, 1]);
      expect(situation.clusters.snapshot()).toEqual(whole.clusters.snapshot());
    }),
    { numRuns: 60 },
  );
});

test("what Cassy has failed on is restored again only once somebody who was told so has resumed the run", async () => {
  const situation = new Situation(planOf(), { failing: { "10.0.0.2": 1 } });
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.said).toMatch(
    /failed to restore "10\.0\.0\.2" of cluster "ledger" \(try 1 of run .*the other nodes are as restored.*empty what Cassy has put into \/var\/lib\/cassandra\/data.*stillpoint restore resume/,
  );
  expect(situation.emptyWhatFailed()).toEqual(["10.0.0.2"]);
  // Who was killed before anything was asked again has to be told again: nobody may have heard it.
  expect(await situation.end(new Life(0))).toBe("killed");
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.clusters.calls.length).toBe(1);
  expect(await situation.end()).toBe("done");
  expect(situation.clusters.calls).toEqual([[...NODES], ["10.0.0.2"]]);
});

test("a node on which Cassy fails for good is given up in the end", async () => {
  const situation = new Situation(planOf(), { failing: { "10.0.0.1": 1_000 } });
  for (let tries = 1; tries <= 10; tries++) {
    expect(await situation.end()).toBe("RESTORE_BLOCKED");
    situation.emptyWhatFailed();
  }
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.said).toMatch(/has failed 10 times.*"10\.0\.0\.1".*stillpoint restore abandon/);
  expect(situation.clusters.calls.length).toBe(10);
});

test("an answer of Cassy's that got lost does not make it restore twice", async () => {
  const situation = new Situation(planOf(), { lostAnswers: 1 });
  expect(await situation.end()).toBe("done");
  expect(situation.clusters.calls.length).toBe(1);
});

test("a Cassy that says no is asked again when the run is resumed", async () => {
  const situation = new Situation(planOf(), { refusals: 1 });
  expect(await situation.end()).toBe("DATABASE_REFUSED");
  expect(situation.said).toMatch(
    /was asked to restore snapshot "5d1f0c3e" .*has not begun.*INTERNAL without a word.*resume/,
  );
  expect(await situation.end()).toBe("done");
});

test("a restore that Cassy never ends is waited for until the limit, and never asked for twice", async () => {
  const situation = new Situation(planOf(), { hanging: ["10.0.0.3"] });
  for (const _ of [1, 2]) {
    expect(await situation.end()).toBe("TIMED_OUT");
    expect(situation.said).toMatch(
      /after 24 h Cassy at "cassy\.example:20051" has not ended.*no process cassy-restore.*UPDATE restore_history SET status = 4 WHERE snapshot_id = '5d1f0c3e'.*asks Cassy for nothing that it has begun/,
    );
  }
  expect(situation.clusters.calls.length).toBe(1);
  // Somebody has written into Cassy's metadata that it has ended.
  for (const entry of situation.clusters.entries)
    if (entry.node === "10.0.0.3") Object.assign(entry, { status: "failed" });
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  situation.emptyWhatFailed();
  Object.assign(situation.clusters.weather, { hanging: [] });
  expect(await situation.end()).toBe("done");
});

test("a Cassy that does not answer for a while is waited for, and people are told", async () => {
  const situation = new Situation(planOf(), { silent: (tick) => tick > 5 && tick < 30 });
  expect(await situation.end()).toBe("done");
  expect(situation.clusters.calls.length).toBe(1);
  const told = situation.events.filter(
    (event) => event.kind === "node" && event.stage === "unknown: Cassy does not answer",
  );
  expect(told.length).toBe(3);
});

test("nothing is restored while a node or an instance runs, and nothing was changed by having asked", async () => {
  const situation = new Situation(planOf());
  situation.clusters.start("10.0.0.2");
  expect(await situation.end()).toBe("NODES_RUNNING");
  expect(situation.said).toMatch(
    /Cassandra runs on "10\.0\.0\.2" \(port 9042 accepts\): stop it, and move its directories aside.*Nothing was changed on any node/,
  );
  situation.clusters.node("10.0.0.2").running = false;
  situation.clusters.instancesRun = true;
  expect(await situation.end()).toBe("INSTANCES_RUNNING");
  situation.clusters.instancesRun = false;
  expect(await situation.end()).toBe("done");
});

test("nodes and instances that come up after the check stop the restore before Cassy is asked", async () => {
  const { moments } = await undisturbed(planOf());
  const sending = moments.indexOf("before restore-nodes");
  for (const disturb of ["node", "instance", "file"] as const) {
    const situation = new Situation(planOf());
    expect(await situation.end(new Life(sending))).toBe("killed");
    if (disturb === "node") situation.clusters.start("10.0.0.1");
    if (disturb === "instance") situation.clusters.instancesRun = true;
    if (disturb === "file") situation.clusters.missing.add("nb-1-big-Data.db of node 10.0.0.1");
    const code = { node: "NODES_RUNNING", instance: "INSTANCES_RUNNING", file: "RESTORE_BLOCKED" }[disturb];
    expect(await situation.end()).toBe(code);
    expect(situation.clusters.calls).toEqual([]);
  }
});

test("files that went from the bucket since the plan stop the restore", async () => {
  const situation = new Situation(planOf());
  situation.clusters.missing.add("nb-1-big-Data.db of node 10.0.0.1");
  expect(await situation.end()).toBe("PLAN_OUTDATED");
  expect(situation.said).toContain("nb-1-big-Data.db of node 10.0.0.1; nothing was touched");
});

test("nodes that nobody starts are waited for until the limit, and the run goes on when they are there", async () => {
  const situation = new Situation(planOf());
  situation.starting = false;
  expect(await situation.end()).toBe("TIMED_OUT");
  expect(situation.said).toMatch(
    /after 2 h not all nodes of "ledger" answer in CQL.*Leave the instances stopped/,
  );
  expect(situation.advice).toContain(
    'start Cassandra on "10.0.0.1", "10.0.0.2", "10.0.0.3": it does not answer in CQL yet',
  );
  situation.starting = true;
  expect(await situation.end()).toBe("done");
  expect(situation.clusters.calls.length).toBe(1);
});

test("a node that came up without what was restored is no node of the snapshot", async () => {
  const { moments } = await undisturbed(planOf());
  const situation = new Situation(planOf());
  expect(await situation.end(new Life(moments.indexOf("before observe-nodes")))).toBe("killed");
  situation.clusters.node("10.0.0.3").holds = "empty";
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.said).toMatch(
    /come up with nodes that were not restored: "10\.0\.0\.3" \(host id a new one; in the snapshot host-10\.0\.0\.3\).*Do not start the instances/,
  );
});

test("rows that are not whole end the restore before an instance is started", async () => {
  const situation = new Situation(planOf());
  situation.clusters.torn = true;
  expect(await situation.end()).toBe("COPY_DISPROVEN");
  expect(situation.said).toMatch(
    /not whole: a transaction is torn\. Do not start the instances.*a directory was not empty/,
  );
});

test("abandoned at any moment, a run leaves everything as it is and tells how things stand", async () => {
  const plan = planOf();
  const { moments } = await undisturbed(plan);
  const said = new Set<string>();
  for (const moment of moments.keys()) {
    const disturbed = new Situation(plan);
    await disturbed.end(new Life(moment));
    const asItWas = disturbed.clusters.snapshot();
    const calls = disturbed.clusters.calls.length;
    expect(await disturbed.abandon(), moments[moment]).toBe("abandoned");
    expect(disturbed.clusters.calls.length).toBe(calls);
    expect(disturbed.clusters.parts.size).toBe(0);
    if (calls === 0) {
      expect(disturbed.clusters.snapshot(), moments[moment]).toEqual(asItWas);
      expect(disturbed.left).toEqual([
        'Cassy has never begun to restore snapshot "5d1f0c3e" of cluster "ledger": no file was put on a node',
      ]);
    } else expect(disturbed.left.length).toBe(3);
    for (const sentence of disturbed.left) said.add(sentence.slice(sentence.lastIndexOf(" ") + 1));
    expect(await disturbed.end()).toBe("ABANDON_UNFINISHED");
  }
  expect([...said].sort()).toEqual(["completed", "node", "started"]);
});

test("a run is abandoned though Cassy does not answer, and says so", async () => {
  const situation = new Situation(planOf(), { silent: () => true });
  expect(await situation.end()).toBe("DATABASE_UNREACHABLE");
  expect(await situation.abandon()).toBe("abandoned");
  expect(situation.left).toEqual([
    'Cassy cannot be asked how far it is with snapshot "5d1f0c3e" of cluster "ledger": Cassy does not answer',
  ]);
});

test("a run that was abandoned under a runner that is at the point of asking Cassy asks nothing any more", async () => {
  const { moments } = await undisturbed(planOf());
  expect(
    moments.filter((moment) => moment === "inside restore-nodes, before Cassy hears of it"),
  ).toHaveLength(1);
  const situation = new Situation(planOf());
  const asked = situation.clusters.signsOf;
  let abandoned = "";
  let questions = 0;
  situation.clusters.signsOf = async (nodes) => {
    // The second time is just before Cassy is asked.
    if (++questions === 2) abandoned = await situation.abandon();
    return asked(nodes);
  };
  expect(await situation.end()).toBe("CATALOG_CONFLICT");
  expect(abandoned).toBe("abandoned");
  expect(situation.clusters.calls).toEqual([]);
  expect(situation.said).toContain(`another process has gone on with this run or abandoned it`);
  expect(RUN).toBe(situation.plan.run);
});
