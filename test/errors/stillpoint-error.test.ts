import { expect, test } from "vitest";
import { codeOf, fromFailure, StillpointError, toFailure } from "../../shared/errors/stillpoint-error.ts";

test("an error crosses a checkpoint with its code and its message", () => {
  const error = new StillpointError("STILL_PAUSED", 'instance "a:1" did not answer', {
    cause: new Error("silence"),
  });
  const crossed = fromFailure(JSON.parse(JSON.stringify(toFailure(error))));
  expect(crossed).toMatchObject({ name: "StillpointError", code: "STILL_PAUSED", message: error.message });
});

test("what nobody threw on purpose is INTERNAL, whatever it is", () => {
  const foreign = Object.assign(new Error("no such file"), { code: "ENOENT" });
  for (const thrown of [new Error("x"), foreign, "text", 5, null, undefined, { code: "toString" }])
    expect(codeOf(thrown)).toBe("INTERNAL");
  expect(toFailure(foreign)).toEqual({ code: "INTERNAL", message: "no such file" });
  expect(toFailure("text")).toEqual({ code: "INTERNAL", message: "text" });
});
