import { expect, test } from "vitest";
import { dynamodbClient } from "../../../rehearsal/ledger/endpoint.ts";
import { LEDGER_TABLES } from "../../../rehearsal/ledger/ledger-tables.ts";
import { createSchema, type SchemaOptions } from "../../../rehearsal/ledger/schema.ts";
import { realSchema } from "./real.ts";
import { recordingEndpoint } from "./recording-endpoint.ts";

async function requestsOf(options: SchemaOptions) {
  await using recording = await recordingEndpoint();
  const client = dynamodbClient(recording.endpoint);
  await createSchema(client, recording.endpoint, LEDGER_TABLES, options);
  client.destroy();
  const inputs = (operation: string) =>
    recording.requests.filter((request) => request.operation === operation).map(({ input }) => input);
  return { inputs, operations: recording.requests.map(({ operation }) => operation) };
}

const byName = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

test("tables, keys, capacities and indexes are those that ScalarDB's schema loader created", async () => {
  const { inputs } = await requestsOf({ prefix: "prod_" });
  const real = realSchema().tables;
  const created = inputs("CreateTable");
  expect(created.map(({ TableName }) => TableName).sort()).toEqual(Object.keys(real).sort());
  for (const input of created) {
    const expected = real[input.TableName];
    expect(input.KeySchema).toEqual(expected.KeySchema);
    expect(input.AttributeDefinitions).toEqual(expected.AttributeDefinitions);
    const { ReadCapacityUnits, WriteCapacityUnits } = input.ProvisionedThroughput;
    expect([ReadCapacityUnits, WriteCapacityUnits]).toEqual(expected.ru);
    const indexes = (input.GlobalSecondaryIndexes ?? []).map(
      ({ ProvisionedThroughput, ...index }: { ProvisionedThroughput: object }) => index,
    );
    expect(indexes).toEqual(expected.indexes);
  }
});

test("the metadata items are those that ScalarDB's schema loader wrote", async () => {
  const { inputs } = await requestsOf({ prefix: "prod_" });
  const table = (item: { table: { S: string } }) => item.table.S;
  const order = (items: { table: { S: string } }[]) => items.sort((a, b) => (table(a) < table(b) ? -1 : 1));
  const items = inputs("PutItem").map(({ TableName, Item }) => {
    expect(TableName).toBe("prod_scalardb.metadata");
    return Item;
  });
  expect(order(items)).toEqual(order(realSchema().metadata));
});

test("auto scaling targets and policies have the names and numbers of the schema loader's", async () => {
  const { inputs } = await requestsOf({ prefix: "prod_" });
  const service = { ServiceNamespace: "dynamodb" };
  const targets = realSchema().targets.map((target: object) => ({ ...service, ...target }));
  const policies = realSchema().policies.map((policy: object) => ({ ...service, ...policy }));
  expect(inputs("RegisterScalableTarget").sort(byName)).toEqual(expect.arrayContaining(targets));
  expect(inputs("PutScalingPolicy")).toEqual(expect.arrayContaining(policies));
  expect(inputs("RegisterScalableTarget")).toHaveLength(targets.length);
  expect(inputs("PutScalingPolicy")).toHaveLength(policies.length);
});

test("point-in-time recovery is turned on for every table, the metadata table too", async () => {
  const { inputs } = await requestsOf({ prefix: "prod_" });
  const enabled = inputs("UpdateContinuousBackups").filter(
    ({ PointInTimeRecoverySpecification }) => PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled,
  );
  expect(enabled.map(({ TableName }) => TableName).sort()).toEqual(realSchema().pitr);
});

test("a table with more capacity may shrink to a tenth of it", async () => {
  const { inputs } = await requestsOf({ prefix: "", ru: 40 });
  for (const { MinCapacity, MaxCapacity } of inputs("RegisterScalableTarget")) {
    expect([MinCapacity, MaxCapacity]).toEqual([4, 40]);
  }
});

test("neither scaling nor recovery is asked of an endpoint that has none", async () => {
  const { operations } = await requestsOf({ prefix: "", scaling: false, backup: false });
  expect(new Set(operations)).toEqual(new Set(["CreateTable", "DescribeTable", "PutItem"]));
});
