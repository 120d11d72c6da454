import { expect, test } from "vitest";
import { PlanJson, planJson } from "../../../functions/cli/json/plan.ts";
import { RestoreResultJson } from "../../../functions/cli/json/restore-result.ts";
import { planLines } from "../../../functions/cli/show/plan.ts";
import { resultLines } from "../../../functions/cli/show/restore-result.ts";
import type { RestorePoint } from "../../../shared/catalog/model.ts";
import { SCHEMA } from "../../../shared/catalog/model.ts";
import type { PlannedRun } from "../../../shared/deployment/plan-restore.ts";
import { codeOf, messageOf } from "../../../shared/errors/stillpoint-error.ts";
import { describeCassandraPlan } from "../../../shared/restore/cassandra/describe-plan.ts";
import type { CassandraPlan } from "../../../shared/restore/cassandra/plan.ts";
import {
  type LookedAtCluster,
  refusals,
  requestRefusals,
} from "../../../shared/restore/cassandra/refusals.ts";
import { choosePoint } from "../../../shared/restore/choose-point.ts";
import { discardedBy, replacesOriginals, stakesOf } from "../../../shared/restore/restore-stakes.ts";
import { nounCaptured, tablesCaptured } from "../../../shared/restore/tables-captured.ts";
import {
  AT_SECOND,
  captured,
  keyspace,
  ledgerAndAuditor,
  lookedAt,
  NODES,
  plannedCluster,
  planOf,
  RUN,
} from "./example-plan.ts";
import { undisturbed } from "./situation.ts";

const NOW_MS = AT_SECOND * 1000 + 600_000;

function words(plan: CassandraPlan): string {
  const { steps, consequences } = describeCassandraPlan(plan, NOW_MS);
  return [...steps.map(({ does }) => does), ...consequences].join("\n");
}

test("a plan says in order who does what, and which steps are people's", () => {
  const { steps } = describeCassandraPlan(planOf(), NOW_MS);
  expect(steps.map(({ does }) => does.split(/[:,(;]/)[0])).toEqual([
    "By hand",
    "By hand",
    "By hand",
    "Have Cassy restore every node's own files",
    "By hand",
    "Read every row at QUORUM and verify it",
    "By hand",
  ]);
  expect(steps[1]?.does).toMatch(
    /stop Cassandra on "10\.0\.0\.1", "10\.0\.0\.2", "10\.0\.0\.3" of cluster "ledger".*nodetool drain/,
  );
  expect(steps[2]?.does).toMatch(
    /mv \/var\/lib\/cassandra\/data \/var\/lib\/cassandra\/data\.before-0a1b2c3d.*commitlog_directory, hints_directory, saved_caches_directory.*Move, do not delete: it is the only copy/,
  );
  expect(steps[3]?.does).toContain(
    'Cassy at "cassy.example:20051", snapshot "5d1f0c3e" from bucket "ledger-cassy", restore type 2, of nodes, the snapshot only',
  );
  expect(steps[3]?.creates).toEqual(
    NODES.map((node, place) => `${90 + place} files (2.00 GB) in /var/lib/cassandra/data of ${node}`),
  );
  expect(steps.flatMap(({ deletes }) => deletes)).toEqual([]);
});

test("snapshots of a cluster and of nodes are each restored by their own type", () => {
  const text = words(ledgerAndAuditor());
  expect(text).toContain('snapshot "5d1f0c3e" from bucket "ledger-cassy", restore type 2, of nodes');
  expect(text).toContain('snapshot "99aa" from bucket "ledger-cassy", restore type 1, of the cluster');
});

test("a plan says when no restore is needed, by how often the snapshot's own keyspaces are kept", () => {
  expect(words(planOf())).toMatch(
    /kept at least 3 times.*no restore is needed: replace the node.*repair.*a lost quorum/,
  );
  const keyspaces = [keyspace("coordinator", ["state"], "1"), keyspace("scalar", ["asset"])];
  const once = words(planOf([plannedCluster("main", { keyspaces })]));
  expect(once).toMatch(/"coordinator" is kept less than 3 times, so that one lost node is a lost quorum/);
  expect(once).not.toMatch(/no restore is needed/);
  const uncounted = { ...keyspace("local", ["t"]), replication: { class: "EverywhereStrategy" } };
  const one = words(
    planOf([plannedCluster("main", { keyspaces: [uncounted, keyspace("scalar", ["asset"])] })]),
  );
  expect(one).toMatch(/kept at least 3 times/);
  const none = words(planOf([plannedCluster("main", { keyspaces: [uncounted] })]));
  expect(none).not.toMatch(/Infinity|kept (at least|less)/);
  const system = words(
    planOf([plannedCluster("main", { keyspaces: [keyspace("system_auth", ["roles"], "1")] })]),
  );
  expect(system).not.toMatch(/Infinity|kept (at least|less)/);
});

test("what is discarded, what goes back besides and what is at stake is in the plan", () => {
  const plan = planOf();
  const { consequences } = describeCassandraPlan(plan, NOW_MS);
  expect(consequences[0]).toBe(
    "Every write since 2026-11-21T18:00:00Z is not in the snapshot: 10 minutes of work. It is only in what you move aside",
  );
  const text = consequences.join("\n");
  expect(text).toMatch(
    /Every table of every keyspace goes back, whether it is ScalarDB's or not: "coordinator", "scalar"/,
  );
  expect(text).toMatch(/Users and roles of cluster "ledger" go back/);
  expect(text).toMatch(/system\.paxos/);
  expect(text).toMatch(/Cassy has no TLS/);
  expect(text).not.toMatch(/increment|did not answer|only watched/);
  expect(stakesOf(plan)).toMatch(
    /^has Cassy replace all that "10\.0\.0\.1".* of cluster "ledger" hold by snapshot "5d1f0c3e"$/,
  );
  expect(consequences[0]).toContain(discardedBy(plan, NOW_MS));
  expect(replacesOriginals(plan)).toBe(true);
});

test("increments, a cluster that did not answer and an observed pause are named where they are", () => {
  const text = words(planOf([{ ...plannedCluster(), increments: 2, answered: false }], { observed: true }));
  expect(text).toMatch(
    /Cassy has 2 increments of snapshot "5d1f0c3e", which are not restored.*lost rows and called itself COMPLETED/,
  );
  expect(text).toMatch(/Cluster "ledger" did not answer when this was planned.*joined since must stay out/);
  expect(text).toMatch(/The pause of this point was Cassy's own and only watched/);
});

test("all reasons against a restore come at once", () => {
  const { uploads: _, ...incomplete } = captured();
  const reasons = refusals(
    lookedAt({
      captured: incomplete,
      cassy: {
        address: "cassy.example:20051",
        says: {
          kind: "answered",
          answer: {
            nodes: NODES.slice(0, 2),
            underWay: [{ node: NODES[1], snapshotId: "5d1f0c3e", createdMs: NOW_MS }],
            increments: 0,
          },
        },
      },
      bucket: {
        name: 'bucket "other"',
        missing: {
          kind: "answered",
          answer: Array.from({ length: 12 }, (_none, place) => `file ${place} of node x`),
        },
      },
      today: {
        kind: "answered",
        answer: [...captured().nodes.slice(1), { ...captured().nodes[0], address: "10.0.0.9" } as never],
      },
    }),
  );
  expect(reasons).toEqual([
    expect.stringMatching(/^the point has no complete snapshot of database "main"/),
    expect.stringMatching(/has not registered node "10\.0\.0\.3" of the snapshot/),
    expect.stringMatching(
      /restoring snapshot "5d1f0c3e" already, on "10\.0\.0\.2" since 2026-11-21T18:10.*sqlite3 FILE "UPDATE restore_history SET status = 4/,
    ),
    expect.stringMatching(
      /^bucket "other" \(the snapshot went to bucket "ledger-cassy"\) does not hold all of snapshot "5d1f0c3e": file 0 of node x, .*file 9 of node x and 2 more$/,
    ),
    expect.stringMatching(
      /^node "10\.0\.0\.9" of cluster "ledger" is not in the snapshot.*nodetool decommission/,
    ),
    expect.stringMatching(/^node "10\.0\.0\.1" of the snapshot is not in cluster "ledger" any more/),
  ]);
  expect(refusals(lookedAt())).toEqual([]);
});

test("an upload that lacks a node is no complete snapshot", () => {
  const uploads = captured().uploads?.slice(1) ?? [];
  expect(refusals(lookedAt({ captured: captured({ uploads }) }))).toEqual([
    expect.stringMatching(/^the point has no complete snapshot/),
  ]);
});

test.each<[string, Partial<LookedAtCluster>, RegExp]>([
  [
    "a Cassy that cannot be asked",
    { cassy: { address: "c:1", says: { kind: "silent", why: "connection refused" } } },
    /^Cassy at "c:1" cannot be asked: connection refused$/,
  ],
  [
    "a Cassy that has lost its metadata",
    { cassy: { address: "c:1", says: { kind: "answered", answer: { underWay: [], increments: 0 } } } },
    /^Cassy at "c:1" does not know cluster "ledger-6f1c"/,
  ],
  [
    "a bucket that cannot be read",
    { bucket: { name: 'bucket "ledger-cassy"', missing: { kind: "silent", why: "AccessDenied" } } },
    /^bucket "ledger-cassy" of database "main" cannot be read: AccessDenied$/,
  ],
])("%s is a reason against a restore", (_, change, said) => {
  expect(refusals(lookedAt(change))).toEqual([expect.stringMatching(said)]);
});

test("a configuration without Cassy, and a cluster that does not answer, are a reason and none", () => {
  const { cassy: _, bucket: __, ...without } = lookedAt();
  expect(refusals(without)).toEqual([expect.stringMatching(/names no Cassy for database "main"/)]);
  expect(refusals(lookedAt({ today: { kind: "silent", why: "no node answers" } }))).toEqual([]);
});

test("side by side is refused in words, and so is a pause that was only watched unless it is accepted", () => {
  const never = { observed: false, acceptObserved: false };
  expect(requestRefusals("in-place", never)).toEqual([]);
  expect(requestRefusals("side-by-side", never)).toEqual([
    expect.stringMatching(/nothing beside the original to look at.*stillpoint verify/),
  ]);
  expect(requestRefusals("in-place", { observed: true, acceptObserved: false })).toEqual([
    expect.stringMatching(/nothing proves that all were quiet.*--accept-observed/),
  ]);
  expect(requestRefusals("in-place", { observed: true, acceptObserved: true })).toEqual([]);
});

function pointAt(id: string, atSecond: number, basis: RestorePoint["basis"]): RestorePoint {
  return {
    schema: SCHEMA,
    id,
    deployment: "payments",
    createdMs: atSecond * 1000,
    basis,
    artifact: "complete",
    instances: [],
    discovery: "list",
    databases: [
      {
        name: "main",
        kind: "cassandra",
        atSecond,
        clockBound: { lowMs: 0, highMs: 0 },
        captured: captured(),
      },
    ],
  };
}

test("a time takes a pause that was only watched where that is accepted, and else the last point before", () => {
  const points = [pointAt("proven", AT_SECOND, "window"), pointAt("watched", AT_SECOND + 60, "observed")];
  const choice = { kind: "at", atMs: NOW_MS } as const;
  expect(choosePoint(points, choice, "payments").id).toBe("proven");
  expect(choosePoint(points, choice, "payments", { acceptObserved: true }).id).toBe("watched");
  expect(choosePoint(points, { kind: "id", id: "watched" }, "payments").id).toBe("watched");
  const error = refused(() => choosePoint(points.slice(1), choice, "payments"));
  expect(codeOf(error)).toBe("NO_RESTORE_POINT");
  expect(messageOf(error)).toMatch(
    /only observed, the last of them "watched".*--accept-observed; nothing was touched/,
  );
});

function refused(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

test("a point names the tables that are not Cassandra's own", () => {
  expect(tablesCaptured(captured())).toEqual(["coordinator.state", "scalar.asset", "scalar.asset_metadata"]);
  expect(nounCaptured(captured())).toBe("table");
});

function plannedRun(restore: CassandraPlan): PlannedRun {
  const plan = { restore, digest: "abc", text: describeCassandraPlan(restore, NOW_MS) };
  return {
    schema: SCHEMA,
    id: RUN,
    deployment: "payments",
    kind: "restore",
    point: "point-1",
    createdMs: NOW_MS,
    updatedMs: NOW_MS,
    state: "planned",
    plan,
  };
}

test("the command line and its JSON show a plan of Cassandra and what came of it", async () => {
  const { result } = await undisturbed(planOf());
  const run = plannedRun(planOf());
  const lines = planLines(run).join("\n");
  expect(lines).toMatch(/mode +in place: Cassy puts the snapshot's files/);
  expect(lines).toMatch(/1\. By hand: stop every instance \(1 recorded/);
  expect(PlanJson.parse(planJson(run)).clusters).toEqual([
    {
      database: "main",
      cluster: "ledger",
      snapshotId: "5d1f0c3e",
      cassy: "cassy.example:20051",
      nodes: [...NODES],
      atSecond: AT_SECOND,
    },
  ]);
  expect(RestoreResultJson.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  const end = resultLines(run, result).join("\n");
  expect(end).not.toMatch(/rebuild_index/);
  expect(end).toMatch(/restored payments to point-1 on the nodes themselves/);
  expect(end).toMatch(/nodetool repair -pr {2}# on 10\.0\.0\.2, once the one before has ended/);
  expect(end).toMatch(/only copy of what was written since the point/);
});
