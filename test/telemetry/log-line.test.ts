import { expect, test } from "vitest";
import { happeningLine, logLine, metricLine } from "../../shared/telemetry/log-line.ts";

test("a log line says its level and message, whatever its fields are called", () => {
  const line = logLine("warn", "said", { message: "other", level: "other", run: "r1" });
  expect(JSON.parse(line)).toEqual({ level: "warn", message: "said", run: "r1" });
});

test("a log line is one line, whatever it says", () => {
  expect(logLine("error", "first\nsecond", { text: "a\u2028b\n" })).not.toMatch(/[\n\r]/);
});

test("a metric says its value and unit, and whose it is", () => {
  expect(JSON.parse(metricLine("PointAge", 93_600, "payments"))).toEqual({
    metric: "PointAge",
    value: 93_600,
    unit: "Seconds",
    deployment: "payments",
  });
  expect(JSON.parse(metricLine("SweepRound", 1))).toEqual({ metric: "SweepRound", value: 1, unit: "Count" });
});

test("what happened is told whole, under its own name", () => {
  const happening = {
    kind: "backup.refused",
    deployment: "payments",
    run: "r1",
    code: "BACKUP_LATE",
    message: "too late",
  } as const;
  expect(JSON.parse(happeningLine(happening))).toEqual({
    level: "info",
    message: "stillpoint.backup.refused",
    happening,
  });
});
