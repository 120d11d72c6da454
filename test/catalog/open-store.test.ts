import { expect, test } from "vitest";
import { openStore } from "../../shared/catalog/open-store.ts";
import { newFolder } from "./folder.ts";

test("a catalog of kind file is kept in the folder that the configuration names", async () => {
  const path = await newFolder();
  const version = await openStore({ kind: "file", path }, () => {}).write("runs", "r", 1, "absent");
  expect(await openStore({ kind: "file", path }, () => {}).read("runs", "r")).toMatchObject({
    value: 1,
    version,
  });
});
