import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openArtifacts } from "../../shared/artifacts/open-store.ts";
import { describeStore } from "./store-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "stillpoint-artifacts-test-"));
const path = join(folder, "dumps");
afterAll(() => rmSync(folder, { recursive: true }));

const filesIn = () =>
  !existsSync(path)
    ? []
    : readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);

describeStore("dumps in a folder", {
  open: () => openArtifacts({ kind: "folder", path }, {}),
  contents: async () => filesIn(),
  clear: async () => rmSync(path, { recursive: true, force: true }),
  largeBytes: 3_000_000,
});
