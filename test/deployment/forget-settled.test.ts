import { expect, test } from "vitest";
import { type Catalog, catalogOver } from "../../shared/catalog/catalog.ts";
import type { SettledPage } from "../../shared/catalog/model.ts";
import { forgetSettled } from "../../shared/deployment/dynamodb/settled/forget-settled.ts";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { pageId } from "../../shared/settle/settlement.ts";
import { memoryStore } from "../catalog/memory-store.ts";

const PAGES = 3;

function pageOf(run: string, page: number): SettledPage {
  const found = { transaction: `tx-${page}`, state: 3 };
  const change = { kind: "remove", database: "main", table: "t", key: "k", found } as const;
  return {
    schema: 1,
    id: pageId(run, page),
    deployment: "payments",
    run,
    changes: [change],
    dropped: [],
  };
}

async function catalogWith(runs: readonly string[], store = memoryStore()): Promise<Catalog> {
  const catalog = catalogOver(store);
  for (const run of runs)
    for (let page = 0; page < PAGES; page++)
      await catalog.settlements.put(pageId(run, page), () => pageOf(run, page));
  return catalog;
}

const changesOf = async ({ settlements }: Catalog, run: string) =>
  Promise.all(
    Array.from({ length: PAGES }, async (_, page) => {
      const found = await settlements.find(pageId(run, page));
      return found?.record.changes.length;
    }),
  );

test("all pages of the run are emptied, however often, and no others", async () => {
  const catalog = await catalogWith(["run-1", "run-10"]);
  await forgetSettled(catalog, "run-1");
  const versions = async () =>
    (await catalog.store.list("settlements")).records.map(({ version }) => version);
  const before = await versions();
  await forgetSettled(catalog, "run-1");
  expect(await versions()).toEqual(before);
  expect(await changesOf(catalog, "run-1")).toEqual([0, 0, 0]);
  expect(await changesOf(catalog, "run-10")).toEqual([1, 1, 1]);
});

test("a run that has kept no page yet has nothing to forget", async () => {
  const catalog = await catalogWith([]);
  await forgetSettled(catalog, "run-1");
  expect((await catalog.store.list("settlements")).records).toEqual([]);
});

test("a damaged page keeps no run from ending, and a catalog that does not answer is asked again later", async () => {
  const store = memoryStore();
  const catalog = await catalogWith(["run-1"], store);
  const failing = (code: "CATALOG_DAMAGED" | "CATALOG_UNREADABLE") =>
    catalogOver({
      ...store,
      read: async (collection, id) => {
        if (id === pageId("run-1", 1)) throw new StillpointError(code, "it cannot be read");
        return store.read(collection, id);
      },
    });
  await expect(forgetSettled(failing("CATALOG_UNREADABLE"), "run-1")).rejects.toMatchObject({
    code: "CATALOG_UNREADABLE",
  });
  await forgetSettled(failing("CATALOG_DAMAGED"), "run-1");
  expect(await changesOf(catalog, "run-1")).toEqual([0, 1, 0]);
});
