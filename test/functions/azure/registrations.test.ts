import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FUNCTION_TIMEOUT_MS } from "../../../functions/azure/time-limit.ts";
import host from "../../../host.json" with { type: "json" };
import { type Configured, configured, NOWHERE } from "../../cli/stillpoint.ts";
import { type FunctionOf, onLogged, registeredBy } from "../../workflow/functions-core.ts";
import { ask, fire } from "./calls.ts";

const APPS = {
  backup: () => import("../../../functions/azure/backup-app.ts"),
  restore: () => import("../../../functions/azure/restore-app.ts"),
  sweep: () => import("../../../functions/azure/sweep-app.ts"),
};
const AZURE = { subscription: "00000000-0000-0000-0000-000000000000", location: "japaneast" };
const SCHEDULED = { ...NOWHERE, schedule: { cron: "30 3 * * *", timezone: "Asia/Tokyo" } };

describe("an app on Azure", () => {
  let folder: Configured;

  beforeAll(async () => {
    folder = await configured({ payments: SCHEDULED }, undefined, { azure: AZURE });
    vi.stubEnv("STILLPOINT_CONFIG", folder.config);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await folder[Symbol.asyncDispose]();
  });

  const load = (app: keyof typeof APPS) => {
    // As by a process of its own.
    vi.resetModules();
    return registeredBy(APPS[app]);
  };

  test("registers these functions", async () => {
    expect(tableOf(await load("backup"))).toEqual({
      "backup-payments": ["timerTrigger 0 30 18 * * *"],
      follow: ["timerTrigger 0 */5 * * * *"],
      expire: ["timerTrigger 0 0 0 * * *"],
      status: ["httpTrigger GET function", "http"],
      look: ["timerTrigger 0 */15 * * * *"],
    });
    expect(tableOf(await load("sweep"))).toEqual({ sweep: ["timerTrigger 0 */1 * * * *"] });
    const activity = ["activityTrigger"];
    const orchestration = ["orchestrationTrigger"];
    const asked = ["httpTrigger POST function", "durableClient", "http"];
    expect(tableOf(await load("restore"))).toEqual({
      request: asked,
      approval: asked,
      resume: asked,
      "request-event": ["eventGridTrigger", "durableClient"],
      "code-version": activity,
      "restore-plan": activity,
      "restore-ask": activity,
      "restore-is-decided": activity,
      "restore-against": activity,
      "restore-hand-over": activity,
      "restore-begin": activity,
      "restore-load": activity,
      "restore-step": activity,
      "restore-conclude": activity,
      "restore-give-up": activity,
      "verify-step": activity,
      restore: orchestration,
      "restore-attempt": orchestration,
    });
  });

  test("that cannot use its configuration does not start, and says every problem", async () => {
    const broken = { payments: { ...SCHEDULED, schedule: { cron: "never", timezone: "Mars/Phobos" } } };
    const other = await configured(broken, undefined, { azure: { ...AZURE, location: "Japan East" } });
    vi.stubEnv("STILLPOINT_CONFIG", other.config);
    const failure = await load("backup").catch((error: Error) => error);
    expect(failure).toMatchObject({ code: "CONFIG_INVALID" });
    for (const path of ["deployments.payments.schedule.cron", "schedule.timezone", "azure.location"])
      expect((failure as Error).message).toContain(path);
    vi.stubEnv("STILLPOINT_CONFIG", folder.config);
    await other[Symbol.asyncDispose]();
  });

  test("whose configuration is broken tells so at every call, where the app starts without it", async () => {
    const other = await configured({ payments: { ...SCHEDULED, objective: "soon" } }, undefined, {
      azure: AZURE,
    });
    vi.stubEnv("STILLPOINT_CONFIG", other.config);
    const lines: string[] = [];
    onLogged((line) => lines.push(line));
    await expect(fire(await load("sweep"), "sweep")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const [told = ""] = lines;
    expect(JSON.parse(told)).toMatchObject({
      level: "error",
      code: "CONFIG_INVALID",
      next: expect.any(String),
    });
    expect(told).toContain("deployments.payments.objective");
    const { status, json } = await ask(await load("restore"), "resume", {
      body: { run: "restore-1" },
      client: {},
    });
    expect(status).toBe(500);
    expect(json).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("objective") });
    onLogged(() => undefined);
    vi.stubEnv("STILLPOINT_CONFIG", folder.config);
    await other[Symbol.asyncDispose]();
  });

  test("whose configuration has no section for Azure does not start", async () => {
    const other = await configured({ payments: SCHEDULED });
    vi.stubEnv("STILLPOINT_CONFIG", other.config);
    await expect(load("backup")).rejects.toThrow('no section "azure"');
    vi.stubEnv("STILLPOINT_CONFIG", folder.config);
    await other[Symbol.asyncDispose]();
  });

  test("has the time that host.json gives it", () => {
    const [hours = 0, minutes = 0, seconds = 0] = host.functionTimeout.split(":").map(Number);
    expect(((hours * 60 + minutes) * 60 + seconds) * 1_000).toBe(FUNCTION_TIMEOUT_MS);
  });
});

/** Each function with its bindings, and what of them decides who may call it and when. */
function tableOf(functions: ReadonlyMap<string, FunctionOf>): object {
  const described = [...functions].map(([name, { metadata }]) => {
    const bindings = Object.values(metadata.bindings).map(
      ({ type, methods = [], authLevel = "", schedule = "" }) =>
        [type, ...(methods as string[]), authLevel, schedule].filter((word) => word !== "").join(" "),
    );
    return [name, bindings];
  });
  return Object.fromEntries(described);
}
