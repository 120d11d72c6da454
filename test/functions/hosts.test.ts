import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const FUNCTIONS = fileURLToPath(new URL("../../functions", import.meta.url));
const CLOUDS = ["aws", "azure"] as const;
/** Folders that hold what the functions of one host share, or another host. */
const NO_USE_CASES = ["aws", "cli"];

/** A cloud that lacks a use case is a file that is not there. */
test("the use cases, and the clouds that call them", () => {
  const useCases = readdirSync(FUNCTIONS).filter((name) => !NO_USE_CASES.includes(name));
  const clouds = useCases.map((useCase) => {
    const files = readdirSync(`${FUNCTIONS}/${useCase}`);
    return [useCase, CLOUDS.filter((cloud) => files.includes(`${cloud}.ts`))] as const;
  });
  expect(Object.fromEntries(clouds)).toEqual({
    backup: ["aws"],
    expire: ["aws"],
    follow: ["aws"],
    request: ["aws"],
    restore: ["aws"],
    status: ["aws"],
    sweep: ["aws"],
    verify: ["aws"],
  });
});
