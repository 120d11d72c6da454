import { inspect } from "node:util";
import { expect, test } from "vitest";
import { attempt, passes } from "../../../shared/azure/arm/refusal.ts";
import { readAccount } from "../../../shared/databases/cosmosdb/account.ts";
import { connect } from "../../../shared/databases/cosmosdb/connect.ts";
import { scanContainer } from "../../../shared/databases/cosmosdb/rows.ts";
import { ACCOUNT, startProd } from "./prod.ts";

function thrown(error: object): Promise<unknown> {
  const call = () => Promise.reject(Object.assign(new Error("as it says"), error));
  return attempt("read account", "ledger", call).catch((caught: unknown) => caught);
}

test.each([
  [{ code: "ECONNREFUSED" }, "DATABASE_UNREACHABLE"],
  [{ name: "AbortError" }, "DATABASE_UNREACHABLE"],
  [{ statusCode: 429 }, "DATABASE_UNREACHABLE"],
  [{ statusCode: 503, code: "ServiceUnavailable" }, "DATABASE_UNREACHABLE"],
  [{ code: 410, substatus: 1002 }, "DATABASE_UNREACHABLE"],
  [{ statusCode: 403, code: "AuthorizationFailed" }, "DATABASE_DENIED"],
  [{ name: "CredentialUnavailableError" }, "DATABASE_DENIED"],
  [{ name: "AuthenticationError", statusCode: 500 }, "DATABASE_UNREACHABLE"],
  [{ statusCode: 400, code: "BadRequest" }, "DATABASE_REFUSED"],
  [{ code: 404 }, "DATABASE_REFUSED"],
])("%j is %s", async (error, code) => {
  expect(await thrown(error)).toMatchObject({
    code,
    message: expect.stringMatching(/^cannot read account "ledger": .*as it says/),
  });
});

test("another change of the same account passes by itself", async () => {
  const message = "There is already an operation in progress which requires exclusive lock on this service.";
  expect(passes(Object.assign(new Error(message), { statusCode: 412 }))).toBe(true);
  expect(passes(Object.assign(new Error("the etag differs"), { statusCode: 412 }))).toBe(false);
});

test("a missing permission is named before the service's own words", async () => {
  const action = "Microsoft.DocumentDB/databaseAccounts/write";
  const message = `The client 'x' does not have authorization to perform action '${action}' over scope '/s'`;
  expect(await thrown({ statusCode: 403, message })).toMatchObject({
    message: expect.stringContaining(`: this identity may not ${action}: `),
  });
});

test("an error holds neither token nor key, however it is looked at", async () => {
  const azure = await startProd();
  const { connection } = azure.database;
  azure.cosmosdb.faults.deny(["Microsoft.DocumentDB/databaseAccounts/read"]);
  const denied = await readAccount(connection, ACCOUNT).catch((error: unknown) => error);
  azure.cosmosdb.faults.deny([]);
  const schema = { physical: `${ACCOUNT}/bank/gone`, columns: {} };
  const gone = await scanContainer(connection, schema, 0, 1)
    .next()
    .catch((error: unknown) => error);
  for (const error of [denied, gone]) {
    const seen = inspect(error, { depth: 10, showHidden: true });
    expect(seen).toContain("cannot");
    expect(seen).not.toMatch(/bearer|authorization"|eyJ|type%3D|sig%3D/i);
    for (const key of Object.values(azure.cosmosdb.account(ACCOUNT).keys)) expect(seen).not.toContain(key);
  }
});

test("a management plane that does not answer is unreachable", async () => {
  const { cosmosdb } = await startProd();
  const { subscription, resourceGroup } = cosmosdb;
  const armEndpoint = "https://127.0.0.1:1";
  const connection = connect({ subscription, resourceGroup, account: ACCOUNT, armEndpoint });
  const client = await connection.armOnce();
  const asking = attempt("read account", ACCOUNT, () => client.databaseAccounts.get(resourceGroup, ACCOUNT));
  await expect(asking).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});
