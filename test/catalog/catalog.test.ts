import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { fileStore } from "../../shared/catalog/file-store.ts";
import { aPause, aPoint, aRun } from "./examples.ts";
import { newFolder } from "./folder.ts";

async function newCatalog() {
  const root = await newFolder();
  const store = fileStore(root);
  return { root, store, catalog: catalogOver(store) };
}

describe("the lease", () => {
  const backup = (run: string) => ({ kind: "backup", run }) as const;
  const restore = (run: string) => ({ kind: "restore", run }) as const;

  test("is held by one run, and the next is told who holds it, since when and until when", async () => {
    const { catalog } = await newCatalog();
    await catalog.acquireLease(
      "payments",
      backup("b-1"),
      Date.UTC(2026, 10, 21),
      Date.UTC(2026, 10, 21, 0, 2),
    );
    const second = catalog.acquireLease(
      "payments",
      backup("b-2"),
      Date.UTC(2026, 10, 21, 0, 1),
      Date.UTC(2027),
    );
    await expect(second).rejects.toMatchObject({
      code: "LEASE_HELD",
      message:
        'cannot begin backup "b-2" of "payments": backup "b-1" has held its lease since 2026-11-21T00:00:00.000Z ' +
        "until 2026-11-21T00:02:00.000Z at the latest. Nothing was paused or changed; wait until it has ended, or until then if its process died",
    });
    await catalog.acquireLease("ledger-2", backup("b-2"), 0, 1);
  });

  test("of several that ask at once goes to exactly one", async () => {
    const { store } = await newCatalog();
    const asked = ["b-1", "b-2", "b-3", "b-4"].map((run) =>
      catalogOver(store).acquireLease("payments", backup(run), 0, 60_000),
    );
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "LEASE_HELD" });
  });

  test("is taken again by the run that holds it, with its new end and its first beginning", async () => {
    const { catalog } = await newCatalog();
    await catalog.acquireLease("payments", backup("b-1"), 1_000, 60_000);
    await catalog.acquireLease("payments", backup("b-1"), 2_000, 90_000);
    expect(await catalog.lease("payments")).toMatchObject({
      holder: backup("b-1"),
      sinceMs: 1_000,
      untilMs: 90_000,
    });
  });

  test("of a backup can be taken over once it has expired, and not a moment earlier", async () => {
    const { catalog } = await newCatalog();
    await catalog.acquireLease("payments", backup("b-1"), 0, 60_000);
    const early = catalog.acquireLease("payments", restore("r-1"), 60_000);
    await expect(early).rejects.toMatchObject({ code: "LEASE_HELD" });
    await catalog.acquireLease("payments", restore("r-1"), 60_001);
    await catalog.releaseLease("payments", "b-1");
    expect((await catalog.lease("payments"))?.holder).toEqual(restore("r-1"));
  });

  test.each(["planned", "running", "failed"] as const)(
    "of a restore that is %s never expires",
    async (state) => {
      const { catalog } = await newCatalog();
      await catalog.runs.create(aRun("r-1", { state }));
      await catalog.acquireLease("payments", restore("r-1"), 0);
      const later = catalog.acquireLease("payments", backup("b-1"), 1e15, 2e15);
      await expect(later).rejects.toThrow(
        '"stillpoint restore resume r-1" or give it up with "stillpoint restore abandon r-1"',
      );
      await catalog.releaseLease("payments", "r-1");
      await catalog.acquireLease("payments", backup("b-1"), 1e15, 2e15);
    },
  );

  test.each(["done", "abandoned"] as const)(
    "of a restore that died after it was %s is free",
    async (state) => {
      const { catalog } = await newCatalog();
      await catalog.runs.create(aRun("r-1", { state }));
      await catalog.acquireLease("payments", restore("r-1"), 0);
      await catalog.acquireLease("payments", backup("b-1"), 1, 2);
      expect((await catalog.lease("payments"))?.holder).toEqual(backup("b-1"));
    },
  );

  test("of a backup without an end is refused as a defect", async () => {
    const { catalog } = await newCatalog();
    await expect(catalog.acquireLease("payments", backup("b-1"), 0)).rejects.toMatchObject({
      code: "INTERNAL",
    });
  });
});

describe("records", () => {
  test("open pauses are all that are not closed", async () => {
    const { catalog } = await newCatalog();
    for (const state of ["open", "swept", "unsettled", "closed"] as const)
      await catalog.pauses.create(aPause(state, { state }));
    expect((await catalog.pauses.open()).records.map(({ id }) => id)).toEqual(["open", "swept", "unsettled"]);
  });

  test("the last write of a backup fails once a sweep has marked its pause", async () => {
    const { catalog } = await newCatalog();
    const version = await catalog.pauses.create(aPause("p"));
    await catalog.pauses.update("p", (record) => ({ ...record, state: "swept", markedBy: "sweep" }));
    const last = catalog.pauses.replace("p", version, aPause("p", { state: "closed" }));
    await expect(last).rejects.toMatchObject({ code: "CATALOG_CONFLICT" });
    expect((await catalog.pauses.get("p")).record).toMatchObject({ state: "swept", markedBy: "sweep" });
  });

  test("updates at once are all applied, each to what the one before it left", async () => {
    const { catalog } = await newCatalog();
    await catalog.pauses.create(aPause("p"));
    const addresses = Array.from({ length: 8 }, (_, index) => `10.0.0.${index}:50053`);
    const updates = addresses.map((address) =>
      catalog.pauses.update("p", (record) => ({ ...record, unsettled: [...record.unsettled, address] })),
    );
    await Promise.all(updates);
    expect((await catalog.pauses.get("p")).record.unsettled.sort()).toEqual(addresses);
  });

  test("an update that changes nothing writes nothing", async () => {
    const { catalog } = await newCatalog();
    const version = await catalog.runs.create(aRun("r"));
    expect((await catalog.runs.update("r", (record) => record)).version).toBe(version);
  });

  test("restore points are listed by deployment, oldest first", async () => {
    const { catalog } = await newCatalog();
    await catalog.points.create(aPoint("a", { createdMs: 3 }));
    await catalog.points.create(aPoint("b", { createdMs: 2 }));
    await catalog.points.create(aPoint("c", { createdMs: 1, deployment: "other" }));
    expect((await catalog.points.list("payments")).records.map(({ id }) => id)).toEqual(["b", "a"]);
    expect((await catalog.points.list()).records.map(({ id }) => id)).toEqual(["c", "b", "a"]);
  });

  test("a record that does not exist is named", async () => {
    const { catalog } = await newCatalog();
    const expected = { code: "NOT_FOUND", message: expect.stringContaining('"r-9" in "runs"') };
    await expect(catalog.runs.get("r-9")).rejects.toMatchObject(expected);
    await expect(catalog.runs.update("r-9", (record) => record)).rejects.toMatchObject(expected);
    expect(await catalog.runs.find("r-9")).toBeUndefined();
  });

  test("a record of a newer version is refused and left as it is", async () => {
    const { store, catalog } = await newCatalog();
    await store.write("runs", "r", { ...aRun("r"), schema: 2, novelty: true }, "absent");
    const expected = { code: "CATALOG_NEWER", message: expect.stringContaining("schema 2") };
    await expect(catalog.runs.get("r")).rejects.toMatchObject(expected);
    await expect(catalog.runs.update("r", (record) => ({ ...record, state: "done" }))).rejects.toMatchObject(
      expected,
    );
    expect((await catalog.runs.list()).unreadable).toMatchObject([expected]);
    expect((await store.read("runs", "r"))?.value).toMatchObject({
      schema: 2,
      novelty: true,
      state: "running",
    });
  });

  test("a damaged pause is named, and a sweep still finds the others", async () => {
    const { root, store, catalog } = await newCatalog();
    await catalog.pauses.create(aPause("good"));
    await store.write("pauses", "bad", { ...aPause("bad"), state: "ajar" }, "absent");
    await writeFile(join(root, "pauses", "worse.json"), "{");
    const { records, unreadable } = await catalog.pauses.open();
    expect(records.map(({ id }) => id)).toEqual(["good"]);
    expect(unreadable.map(({ code }) => code)).toEqual(["CATALOG_DAMAGED", "CATALOG_DAMAGED"]);
    expect(unreadable.map(({ message }) => message).join("\n")).toMatch(
      /worse\.json[\s\S]*"bad" of "pauses": state: /,
    );
  });

  test("a record that could not be read again is not written", async () => {
    const { store, catalog } = await newCatalog();
    await expect(catalog.runs.create(aRun("r", { createdMs: 0.5 }))).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("createdMs"),
    });
    expect(await store.read("runs", "r")).toBeUndefined();
  });

  test("a journal belongs to its run", async () => {
    const { catalog } = await newCatalog();
    await catalog.journal.append("r-1", 0, { kind: "now" });
    expect(await catalog.journal.read("r-1")).toEqual([{ kind: "now" }]);
    expect(await catalog.journal.read("r-2")).toEqual([]);
  });
});
