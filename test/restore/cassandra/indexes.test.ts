import { expect, test } from "vitest";
import { RestoreResultJson } from "../../../functions/cli/json/restore-result.ts";
import { resultLines } from "../../../functions/cli/show/restore-result.ts";
import { describeCassandraPlan } from "../../../shared/restore/cassandra/describe-plan.ts";
import type { IndexFinds } from "../../../shared/restore/cassandra/index-look.ts";
import type { CassandraPlan } from "../../../shared/restore/cassandra/plan.ts";
import { Life } from "../../workflow/mortal.ts";
import { AT_SECOND, plannedCluster, planOf, RUN } from "./example-plan.ts";
import { Situation } from "./situation.ts";

const BY_OWNER = { keyspace: "scalar", table: "asset", name: "by_owner" };
const BY_TAG = { ...BY_OWNER, name: "by_tag" };
const FOUND: IndexFinds = { kind: "rows", rows: 16 };
const TOO_LITTLE: IndexFinds = { kind: "too-little" };
const BUILDING: IndexFinds = { kind: "no-answer", why: "it is not yet available" };

const indexed = () => planOf([plannedCluster("main", { unsavedIndexes: [BY_OWNER, BY_TAG] })]);

const textOf = (plan: CassandraPlan) =>
  JSON.stringify(describeCassandraPlan(plan, AT_SECOND * 1000 + 600_000));

test("a plan for indexes that Cassy leaves behind has a step before the start, and tells why", () => {
  const { steps } = describeCassandraPlan(indexed(), AT_SECOND * 1000);
  const start = steps.find(({ does }) => does.includes("start Cassandra on"));
  expect(start?.does).toMatch(
    /remove on every node .*: rm -r \/var\/lib\/cassandra\/data\/system\/IndexInfo-\*\. It says that "scalar\.by_owner", "scalar\.by_tag" are built.*they find nothing, and nobody is told/,
  );
  expect(textOf(planOf())).not.toMatch(/IndexInfo|rebuild_index|leaves/);
});

test("people are told once more of that step before they start the nodes, and only where there are indexes", async () => {
  for (const [plan, says] of [
    [indexed(), true],
    [planOf(), false],
  ] as const) {
    const situation = new Situation(plan);
    expect(await situation.end()).toBe("done");
    expect(situation.advice[0]?.includes("IndexInfo-*")).toBe(says);
  }
});

test("a restore whose index finds too little stops after the verification, and names what to run on every node", async () => {
  const situation = new Situation(indexed());
  situation.clusters.indexes.set("by_owner", () => TOO_LITTLE);
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.stages.at(-1)).toBe("indexes");
  expect(situation.events.some(({ kind }) => kind === "verified")).toBe(true);
  expect(situation.said).toMatch(
    /"scalar\.by_owner" does not find rows that are there.*Leave the instances stopped\. On EVERY node, one after the other, run: nodetool rebuild_index scalar asset by_owner\. Then: stillpoint restore resume/,
  );
  expect(situation.said).toContain(RUN);
  expect(situation.said).not.toContain("by_tag");
});

test("who resumes without having rebuilt is stopped again, who has rebuilt goes on, and Cassy is asked nothing more", async () => {
  const situation = new Situation(indexed());
  for (const name of ["by_owner", "by_tag"]) situation.clusters.indexes.set(name, () => TOO_LITTLE);
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  situation.clusters.indexes.delete("by_owner");
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.said).toMatch(/but "scalar\.by_tag" does not find/);
  situation.clusters.indexes.delete("by_tag");
  const result = await situation.run();
  expect(result.clusters[0]?.indexes).toEqual([
    { ...BY_OWNER, finds: FOUND },
    { ...BY_TAG, finds: FOUND },
  ]);
  expect(situation.clusters.calls.length).toBe(1);
});

test("killed at any moment, a restore never ends while an index finds too little", async () => {
  const life = new Life();
  await new Situation(indexed()).run(life);
  for (const moment of life.moments.keys()) {
    const situation = new Situation(indexed());
    situation.clusters.indexes.set("by_tag", () => TOO_LITTLE);
    expect(["killed", "RESTORE_BLOCKED"], life.moments[moment]).toContain(
      await situation.end(new Life(moment)),
    );
    expect(await situation.end(), life.moments[moment]).toBe("RESTORE_BLOCKED");
    situation.clusters.indexes.clear();
    expect(await situation.end(), life.moments[moment]).toBe("done");
  }
});

test("indexes that are still being built are waited for, and people are told", async () => {
  const situation = new Situation(indexed());
  situation.clusters.indexes.set("by_owner", (tick) => (tick < 60 ? BUILDING : undefined));
  expect(await situation.end()).toBe("done");
  expect(situation.advice.filter((text) => /by_owner" does not answer yet/.test(text))).toEqual([
    'index "scalar.by_owner" does not answer yet, as while it is being built: it is not yet available',
  ]);
});

test("an index that is never built is given up in the end, and asked again by whoever resumes", async () => {
  const situation = new Situation(indexed());
  situation.clusters.indexes.set("by_owner", () => BUILDING);
  expect(await situation.end()).toBe("TIMED_OUT");
  expect(situation.said).toMatch(/after 24 h not every secondary index answers.*stillpoint restore resume/);
  situation.clusters.indexes.set("by_owner", () => TOO_LITTLE);
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
});

test("an index that is being rebuilt when the run is resumed does not pass", async () => {
  const situation = new Situation(indexed());
  situation.clusters.indexes.set("by_owner", () => TOO_LITTLE);
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  situation.clusters.indexes.set("by_owner", () => BUILDING);
  expect(await situation.end()).toBe("RESTORE_BLOCKED");
  expect(situation.said).toMatch(/not every secondary index answers: index "scalar\.by_owner".*wait until/);
});

test("the end of a restore tells which indexes find what is there, and which were not asked", async () => {
  const situation = new Situation(indexed());
  situation.clusters.indexes.set("by_tag", () => ({ kind: "unasked", why: "it is on values(tags)" }));
  const result = await situation.run();
  expect(RestoreResultJson.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  const of = { id: RUN, deployment: "payments", point: "point-1" };
  const end = resultLines(of, result).join(" ").replaceAll(/\s+/g, " ");
  expect(end).toMatch(/index "scalar\.by_owner" was asked for 16 rows at every node, and finds them/);
  expect(end).toMatch(
    /index "scalar\.by_tag" was NOT asked: it is on values\(tags\)\. Where .* nodetool rebuild_index scalar asset by_tag/,
  );
  expect(end).not.toMatch(/rebuild_index scalar asset by_owner/);
});
