import { expect, test } from "vitest";
import { executionName } from "../../shared/workflow/durable-attempt.ts";

const ALLOWED = /^[a-zA-Z0-9_-]{1,64}$/;

test("an execution is named after its request and attempt", () => {
  expect(executionName("restore-20261121T180000Z-0a1b2c3d", 2)).toBe("restore-20261121T180000Z-0a1b2c3d-2");
});

test("what Lambda does not allow in a name is replaced, and two requests never share one", () => {
  const requests = ["a:b", "a_b", "a/b", "x".repeat(64), "x".repeat(65), "x".repeat(200)];
  const names = requests.flatMap((request) => [executionName(request, 1), executionName(request, 12)]);
  for (const name of names) expect(name).toMatch(ALLOWED);
  expect(new Set(names).size).toBe(names.length);
  expect(executionName("a:b", 1)).toBe(executionName("a:b", 1));
});
