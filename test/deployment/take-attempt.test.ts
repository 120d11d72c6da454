import { expect, test } from "vitest";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import { SCHEMA } from "../../shared/catalog/model.ts";
import { atWork, takeAttempt, takeGivenAttempt } from "../../shared/deployment/take-attempt.ts";
import { memoryStore } from "../catalog/memory-store.ts";

const ID = "restore-1";

async function oneRun(): Promise<Catalog> {
  const catalog = catalogOver(memoryStore());
  await catalog.runs.create({
    schema: SCHEMA,
    id: ID,
    deployment: "payments",
    kind: "restore",
    point: "payments-1",
    createdMs: 1,
    updatedMs: 1,
    state: "planned",
    plan: {},
  });
  return catalog;
}

const executionOf = async (catalog: Catalog) => (await catalog.runs.get(ID)).record.execution;

test("the first execution of a run that nobody has started is the first", async () => {
  expect(await takeAttempt(await oneRun(), ID)).toEqual({ name: `${ID}-1`, attempt: 1 });
});

test("an execution that hands over takes the next one down before it is started", async () => {
  const catalog = await oneRun();
  await takeAttempt(catalog, ID);
  await takeGivenAttempt(catalog, ID, 2);
  expect(await takeAttempt(catalog, ID)).toMatchObject({ attempt: 3 });
});

test("an older execution that is still at work does not set the number back", async () => {
  const catalog = await oneRun();
  await takeAttempt(catalog, ID);
  await takeAttempt(catalog, ID);
  await catalog.runs.update(ID, (run) => atWork(run, { attempt: 1, callback: "callback" }));
  await takeGivenAttempt(catalog, ID, 1);
  expect(await executionOf(catalog)).toEqual({ name: `${ID}-2`, attempt: 2 });
});

test("an execution at work stays the one that its event has asked for", async () => {
  const catalog = await oneRun();
  await takeAttempt(catalog, ID, "event-1");
  await catalog.runs.update(ID, (run) => atWork(run, { attempt: 1, callback: "callback" }));
  expect(await takeAttempt(catalog, ID, "event-1")).toMatchObject({ attempt: 1, callback: "callback" });
  await catalog.runs.update(ID, (run) => atWork(run, { attempt: 1 }));
  expect(await executionOf(catalog)).toEqual({ name: `${ID}-1`, attempt: 1, askedBy: "event-1" });
});
