import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const FUNCTIONS = fileURLToPath(new URL("../../functions", import.meta.url));
const CLOUDS = ["aws", "azure"] as const;
/** Folders that hold what the functions of one host share, or another host. */
const NO_USE_CASES = ["aws", "azure", "cli"];

/** A cloud that lacks a use case is a file that is not there. */
test("the use cases, and the clouds that call them", () => {
  const useCases = readdirSync(FUNCTIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NO_USE_CASES.includes(entry.name))
    .map(({ name }) => name);
  const clouds = useCases.map((useCase) => {
    const files = readdirSync(`${FUNCTIONS}/${useCase}`);
    return [useCase, CLOUDS.filter((cloud) => files.includes(`${cloud}.ts`))] as const;
  });
  expect(Object.fromEntries(clouds)).toEqual({
    backup: CLOUDS,
    dump: ["aws"],
    expire: CLOUDS,
    follow: CLOUDS,
    request: CLOUDS,
    restore: CLOUDS,
    status: CLOUDS,
    sweep: CLOUDS,
    task: CLOUDS,
    verify: CLOUDS,
  });
});
