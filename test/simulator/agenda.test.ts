import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Agenda } from "../../simulator/agenda.ts";

test("things happen in the order of their moments, those of one moment in the order of their making", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }), (moments) => {
      const agenda = new Agenda();
      const happened: { ms: number; made: number }[] = [];
      moments.forEach((ms, made) => {
        agenda.at(ms, () => happened.push({ ms: agenda.nowMs, made }));
      });
      agenda.run(1_000, () => {});
      const expected = moments
        .map((ms, made) => ({ ms, made }))
        .sort((a, b) => a.ms - b.ms || a.made - b.made);
      expect(happened).toEqual(expected);
    }),
  );
});

test("what is cancelled does not happen, and what is past the end does not either", () => {
  const agenda = new Agenda();
  const happened: string[] = [];
  const cancel = agenda.at(5, () => happened.push("cancelled"));
  agenda.at(3, () => {
    happened.push("first");
    cancel();
  });
  agenda.at(11, () => happened.push("late"));
  agenda.run(10, () => {});
  expect(happened).toEqual(["first"]);
});
