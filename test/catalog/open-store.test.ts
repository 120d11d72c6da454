import { expect, test } from "vitest";
import type { CatalogLine } from "../../shared/catalog/catalog-line.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import { KEY_ENV, startAzurite } from "../azurite.ts";
import { newTable } from "./azure-table/new-table.ts";
import { catalogWorld } from "./dynamodb/world.ts";
import { newFolder } from "./folder.ts";

const { newWorld } = catalogWorld();

test("a catalog of kind file is kept in the folder that the configuration names, and logs nothing", async () => {
  const path = await newFolder();
  const lines: CatalogLine[] = [];
  const open = () => openStore({ kind: "file", path }, (line) => lines.push(line));
  const version = await open().write("runs", "r", 1, "absent");
  expect(await open().read("runs", "r")).toMatchObject({ value: 1, version });
  expect(lines).toEqual([]);
});

test("a catalog of kind dynamodb is kept in the table that the configuration names, and logged", async () => {
  const { table } = await newWorld();
  const lines: CatalogLine[] = [];
  const { client: _, ...address } = table;
  const open = () => openStore({ kind: "dynamodb", ...address }, (line) => lines.push(line));
  const store = open();
  const version = await store.write("pauses", "p", { state: "open" }, "absent");
  await store.append("r", 0, 1);
  const other = open();
  expect(await other.read("pauses", "p")).toMatchObject({ value: { state: "open" }, version });
  expect((await other.list("pauses")).records).toHaveLength(1);
  expect((await other.listOpen("pauses")).records).toHaveLength(1);
  expect(await other.journal("r")).toEqual([1]);
  expect(lines.map(({ kind }) => kind)).toEqual(["catalog-record", "catalog-journal"]);
});

test("a catalog of kind azure-table is kept in the table that the configuration names, and logged", async () => {
  await using azurite = await startAzurite();
  const { client: _, ...address } = await newTable(azurite);
  const lines: CatalogLine[] = [];
  const settings = { kind: "azure-table", ...address } as const;
  const store = openStore(settings, (line) => lines.push(line), KEY_ENV);
  const version = await store.write("pauses", "p", { state: "open" }, "absent");
  await store.append("r", 0, 1);
  const other = openStore(settings, () => {}, KEY_ENV);
  expect(await other.read("pauses", "p")).toMatchObject({ value: { state: "open" }, version });
  expect((await other.listOpen("pauses")).records).toHaveLength(1);
  expect(await other.journal("r")).toEqual([1]);
  expect(lines.map(({ kind }) => kind)).toEqual(["catalog-record", "catalog-journal"]);
  const locked = openStore(settings, () => {});
  await expect(locked.read("pauses", "p")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});
