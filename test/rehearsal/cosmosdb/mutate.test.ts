import { expect, test } from "vitest";
import { asset, assets, refusal, startLedger } from "./azure.ts";

const PUT = 0;
const PUT_IF_NOT_EXISTS = 1;
const PUT_IF = 2;
const DELETE_IF = 3;

type Mutation = readonly [type: number, record: object, query: string];

async function withProcedure() {
  const azure = await startLedger();
  const container = assets(azure.ledger);
  await container.scripts.storedProcedures.create({ id: "mutate.js", body: "function mutate() {}" });
  const mutate = (...mutations: readonly Mutation[]) =>
    container.scripts
      .storedProcedure("mutate.js")
      .execute("a", [
        mutations.length,
        ...mutations.map(([type]) => type),
        ...mutations.map(([, record]) => record),
        ...mutations.map(([, , query]) => query),
      ]);
  const read = async (id: string) => (await container.item(id, "a").read()).resource;
  return { ...azure, container, mutate, read };
}

const withId = (id: string, condition = "") => `select * from Record r where (r.id = '${id}'${condition})`;

test("ScalarDB's stored procedure is executed where a container has it, and nowhere else", async () => {
  const { ledger } = await startLedger();
  const procedure = assets(ledger).scripts.storedProcedure("mutate.js");
  await refusal(procedure.execute("a", [1, PUT, asset("a", 0), withId("a:0")]), 404);
});

test("a put stores a record without its nulls, or lays it over the one that is there", async () => {
  const { mutate, read } = await withProcedure();
  await mutate([PUT, { ...asset("a", 0), values: { balance: 1, memo: null } }, withId("a:0")]);
  expect((await read("a:0")).values).toEqual({ balance: 1 });
  await mutate([PUT, { ...asset("a", 0), values: { balance: null, state: 3 } }, withId("a:0")]);
  expect((await read("a:0")).values).toEqual({ state: 3 });
});

test("a put of what must be absent is refused with its own sub-status once it is there", async () => {
  const { mutate } = await withProcedure();
  await mutate([PUT_IF_NOT_EXISTS, asset("a", 0, 1), withId("a:0")]);
  const error = await refusal(mutate([PUT_IF_NOT_EXISTS, asset("a", 0, 2), withId("a:0")]), 400);
  expect(error["substatus"]).toBe(412);
});

test("a conditional put and a conditional delete happen if their query finds the record", async () => {
  const { mutate, read } = await withProcedure();
  await mutate([PUT, asset("a", 0, 1), withId("a:0")]);
  await refusal(mutate([PUT_IF, asset("a", 0, 2), withId("a:0", ' and r.values["balance"] = 7')]), 400);
  await mutate([PUT_IF, asset("a", 0, 2), withId("a:0", ' and r.values["balance"] = 1')]);
  expect((await read("a:0")).values.balance).toBe(2);
  await refusal(mutate([DELETE_IF, {}, withId("a:0", ' and r.values["balance"] <> 2')]), 400);
  await mutate([DELETE_IF, {}, withId("a:0", ' and NOT IS_DEFINED(r.values["memo"])')]);
  expect(await read("a:0")).toBeUndefined();
});

test("of several mutations all are done or none", async () => {
  const { mutate, read } = await withProcedure();
  const first: Mutation = [PUT, asset("a", 0, 1), withId("a:0")];
  await refusal(mutate(first, [PUT_IF, asset("a", 1, 1), withId("a:1")]), 400);
  expect(await read("a:0")).toBeUndefined();
  await mutate(first, [PUT_IF_NOT_EXISTS, asset("a", 1, 1), withId("a:1")]);
  expect((await read("a:1")).values.balance).toBe(1);
});
