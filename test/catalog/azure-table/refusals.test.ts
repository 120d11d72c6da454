import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectCatalog } from "../../../shared/catalog/azure-table/table.ts";
import { azureTableStore } from "../../../shared/catalog/azure-table-store.ts";
import type { Store } from "../../../shared/catalog/store.ts";
import { ACCOUNT, KEY_ENV } from "../../azurite.ts";
import { large } from "../large.ts";
import { connectionReset, refusal } from "./accident-client.ts";
import { azureWorld } from "./world.ts";

/** A little more than the ten seconds that one operation may take. */
const OPERATION_LIMIT_MS = 11_500;
const SLOW_TEST_MS = 20_000;
const { newWorld } = azureWorld();

const CALLS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  read: (store) => store.read("runs", "r"),
  list: (store) => store.list("runs"),
  "list open": (store) => store.listOpen("pauses"),
  write: (store) => store.write("runs", "r", 1, "absent"),
  "write a batch": (store) => store.write("pauses", "p", { state: "open" }, "absent"),
  append: (store) => store.append("run", 0, 1),
  journal: (store) => store.journal("run"),
};

const stateAfter = (name: string) =>
  /write|append/.test(name) ? "nothing was written" : "nothing was changed";

describe("a catalog that refuses", () => {
  test.each([
    {
      code: "AuthorizationPermissionMismatch",
      says: `this identity needs the role "Storage Table Data Contributor" on storage account "${ACCOUNT}"; a new assignment takes some minutes`,
    },
    {
      code: "AuthorizationFailure",
      says: `the network rules of storage account "${ACCOUNT}" do not let this host in`,
    },
    { code: "AuthenticationFailed", says: "the key or the identity is not one of" },
    {
      code: "KeyBasedAuthenticationNotPermitted",
      says: `storage account "${ACCOUNT}" takes no keys: leave the key out`,
    },
  ])("with $code says what was attempted, and what to do", async ({ code, says }) => {
    const { table, storeWith } = await newWorld();
    const store = await storeWith(async (_, __, request) => refusal(request, 403, code));
    for (const [name, call] of Object.entries(CALLS)) {
      const error = await call(store).catch((thrown: unknown) => thrown);
      expect(error, name).toMatchObject({ code: "CATALOG_UNREADABLE" });
      const { message } = error as Error;
      expect(message).toMatch(/^cannot (read|list|write|append entry 0 to) /);
      expect(message).toContain(
        `in table "${table.table}" in account "${ACCOUNT}": ${code}: the service says ${code}: ${says}`,
      );
      expect(message).toMatch(new RegExp(`; ${stateAfter(name)}$`));
    }
  });

  test("since the key is another is told by the service itself", async () => {
    const { client: _, ...address } = (await newWorld()).table;
    const other = { [address.key?.env ?? ""]: Buffer.from("another key").toString("base64") };
    const store = azureTableStore(await connectCatalog(address, other));
    for (const call of Object.values(CALLS))
      await expect(call(store)).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringMatching(/: Auth[a-zA-Z]+: .* storage account "devstoreaccount1"/),
      });
  });

  test("since there is no table says how to come by one", async () => {
    const { client: _, ...address } = (await newWorld()).table;
    const store = azureTableStore(await connectCatalog({ ...address, table: "nowhere" }, KEY_ENV));
    for (const [name, call] of Object.entries(CALLS))
      await expect(call(store), name).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringMatching(
          new RegExp(
            `create the table with "stillpoint catalog create", as no deployment does; ${stateAfter(name)}$`,
          ),
        ),
      });
  });

  test("for want of an identity says how to get one", async () => {
    const { storeWith } = await newWorld();
    const store = await storeWith(() => {
      const message = "ChainedTokenCredential authentication failed.\nEnvironmentCredential is unavailable.";
      return Promise.reject(Object.assign(new Error(message), { name: "AggregateAuthenticationError" }));
    });
    for (const call of Object.values(CALLS))
      await expect(call(store)).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringContaining("no Azure identity was found: sign in (az login), give the host"),
      });
  });

  test("a defect of ours is not taken for one of its own", async () => {
    const { storeWith } = await newWorld();
    const store = await storeWith(() => Promise.reject(new TypeError("undefined")));
    await expect(store.read("runs", "r")).rejects.toThrow(TypeError);
  });
});

describe.concurrent("a service that is busy", () => {
  const BUSY = [
    [503, "ServerBusy"],
    [500, "InternalError"],
    [500, "OperationTimedOut"],
    [429, "TooManyRequests"],
  ] as const;

  test("is waited out", async () => {
    const { storeWith } = await newWorld();
    const nth = new Map<string, number>();
    const store = await storeWith(async ({ method, batch }, through, request) => {
      const kind = `${method}${batch}`;
      const [status, code] = BUSY[nth.get(kind) ?? 0] ?? [];
      nth.set(kind, (nth.get(kind) ?? 0) + 1);
      return status === undefined ? through() : refusal(request, status, code ?? "");
    });
    const version = await store.write("pauses", "p", { state: "open", ...large(2) }, "absent");
    await store.append("run", 0, 1);
    expect((await store.listOpen("pauses")).records).toMatchObject([{ id: "p", version }]);
    expect(await store.journal("run")).toEqual([1]);
  });

  test("for longer is reported within the time of one operation", { timeout: SLOW_TEST_MS }, async () => {
    const { storeWith } = await newWorld();
    const store = await storeWith(async (_, __, request) => refusal(request, 429, "TooManyRequests"));
    const startedMs = performance.now();
    const calls = Object.entries(CALLS).map(async ([name, call]) =>
      expect(call(store), name).rejects.toMatchObject({
        code: "CATALOG_UNREADABLE",
        message: expect.stringMatching(new RegExp(`TooManyRequests.*; ${stateAfter(name)}$`)),
      }),
    );
    await Promise.all(calls);
    expect(performance.now() - startedMs).toBeLessThan(OPERATION_LIMIT_MS);
  });
});

describe.concurrent("a service that does not answer", () => {
  const at = async (endpoint: string) => {
    const key = { env: Object.keys(KEY_ENV)[0] ?? "" };
    return azureTableStore(await connectCatalog({ account: ACCOUNT, table: "t00", endpoint, key }, KEY_ENV));
  };

  test("is given up within the time of one operation, and nobody knows whether it wrote", {
    timeout: SLOW_TEST_MS,
  }, async () => {
    const server = createServer(() => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const store = await at(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${ACCOUNT}`);
    const startedMs = performance.now();
    const [read, write] = await Promise.allSettled([CALLS["read"]?.(store), CALLS["write"]?.(store)]);
    expect(performance.now() - startedMs).toBeLessThan(OPERATION_LIMIT_MS);
    expect(read).toMatchObject({
      reason: { code: "CATALOG_UNREADABLE", message: expect.stringMatching(/nothing was changed$/) },
    });
    expect(write).toMatchObject({
      reason: {
        code: "CATALOG_UNREADABLE",
        message: expect.stringContaining("nobody knows whether it was written"),
      },
    });
  });

  test("where nothing listens is one that surely wrote nothing", { timeout: SLOW_TEST_MS }, async () => {
    const store = await at(`http://127.0.0.1:1/${ACCOUNT}`);
    await expect(store.write("runs", "r", 1, "absent")).rejects.toMatchObject({
      code: "CATALOG_UNREADABLE",
      message: expect.stringMatching(/ECONNREFUSED.*nothing was written$/),
    });
  });

  test("all of a time is not known to have written", { timeout: SLOW_TEST_MS }, async () => {
    const { storeWith } = await newWorld();
    const store = await storeWith(() => Promise.reject(connectionReset()));
    await expect(store.append("run", 0, 1)).rejects.toMatchObject({
      code: "CATALOG_UNREADABLE",
      message: expect.stringContaining("nobody knows whether it was written"),
    });
  });
});
