import { expect, test } from "vitest";
import { FUNCTION_TIMEOUT_MS } from "../../../deploy/azure/host.ts";
import host from "../../../host.json" with { type: "json" };

test("no log line is left out, since metrics are told by them and a lost catalog is rebuilt from them", () => {
  expect(host.logging.applicationInsights.samplingSettings.isEnabled).toBe(false);
  expect(host.logging.logLevel).toEqual({
    default: "Information",
    "Host.Triggers.DurableTask": "Information",
  });
});

test("an invocation has time for the longest pause that can be configured, and what comes around it", () => {
  const [longestPauseMs, aroundMs] = [600_000, 300_000];
  expect(FUNCTION_TIMEOUT_MS).toBe(1_800_000);
  expect(FUNCTION_TIMEOUT_MS).toBeGreaterThan(longestPauseMs + aroundMs);
});

test("the extension is new enough to tell the versions of orchestrations apart", () => {
  const [, least] = /^\[(\d+\.\d+)\.\d+, 5\.0\.0\)$/.exec(host.extensionBundle.version) ?? [];
  expect(least).toBe("4.26");
});
