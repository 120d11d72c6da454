import {
  CreateBackupCommand,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListBackupsCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { REAL_PACE, REHEARSAL_PACE, scaledFigures } from "../../../rehearsal/dynamodb/pace.ts";
import { CREDENTIALS, createTable, put, refusal, start } from "./swift.ts";

test("a denied operation is refused for lack of permission until it is allowed again", async () => {
  const swift = await start({}, { deny: ["DeleteTable"] });
  await createTable(swift);
  const remove = () => swift.client.send(new DeleteTableCommand({ TableName: "accounts" }));
  const error = await refusal(remove(), "AccessDeniedException");
  expect(error.message).toContain("not authorized to perform: dynamodb:DeleteTable");
  swift.db.faults.deny([]);
  await remove();
});

test("the first calls of the control plane are throttled, and the client's own retries get through", async () => {
  const swift = await start();
  await createTable(swift);
  swift.db.faults.throttle({ kind: "first", calls: 2 });
  const backup = new CreateBackupCommand({ TableName: "accounts", BackupName: "nightly" });
  await refusal(swift.client.send(backup), "ThrottlingException");
  await put(swift, "a", 1);
  const patient = new DynamoDBClient({
    endpoint: swift.db.endpoint,
    region: swift.db.region,
    credentials: CREDENTIALS,
    maxAttempts: 3,
  });
  await patient.send(backup);
  patient.destroy();
});

test("a share of the calls of the control plane is throttled", async () => {
  const swift = await start({}, { throttling: { kind: "share", share: 0.5 } });
  const calls = await Promise.allSettled(
    Array.from({ length: 60 }, () => swift.client.send(new ListBackupsCommand({}))),
  );
  const refused = calls.filter(({ status }) => status === "rejected").length;
  expect(refused).toBeGreaterThan(10);
  expect(refused).toBeLessThan(50);
});

test("a call whose answer is lost was carried out all the same", async () => {
  const swift = await start();
  await createTable(swift);
  swift.db.faults.loseAnswers("PutItem", 1);
  const write = () =>
    swift.client.send(new PutItemCommand({ TableName: "accounts", Item: { id: { S: "a" } } }));
  await expect(write()).rejects.toThrow();
  const { Item } = await swift.client.send(
    new GetItemCommand({ TableName: "accounts", Key: { id: { S: "a" } } }),
  );
  expect(Item).toEqual({ id: { S: "a" } });
  await write();
});

test("everything that is quicker than in the cloud can be told", () => {
  expect(scaledFigures(REAL_PACE)).toEqual([]);
  expect(scaledFigures(REHEARSAL_PACE)).toContainEqual({
    what: "delay of the latest restorable time",
    hereMs: 3_000,
    realMs: 300_000,
  });
});
