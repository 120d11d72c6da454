import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { secretsOf } from "../../../functions/aws/secrets.ts";
import type { AwsSettings } from "../../../shared/config/config.ts";
import type { Telemetry } from "../../../shared/telemetry/telemetry.ts";
import { type AwsServices, startAwsServices } from "../aws-services.ts";

const SETTINGS = {
  region: "us-east-1",
  secrets: { CLIENT_KEY: "/stillpoint/key", TOKEN: "/stillpoint/token" },
} as unknown as AwsSettings;

describe("the secrets of a function", () => {
  let services: AwsServices;
  let read: typeof secretsOf;
  const logged: string[] = [];
  const telemetry = { log: (_level, message) => void logged.push(message) } as Pick<
    Telemetry,
    "log"
  > as Telemetry;

  beforeAll(async () => {
    services = await startAwsServices();
    vi.stubEnv("AWS_ENDPOINT_URL", services.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await services.close();
  });
  beforeEach(async () => {
    // A new process: it knows nothing yet.
    vi.resetModules();
    read = (await import("../../../functions/aws/secrets.ts")).secretsOf;
    services.parameters.set("/stillpoint/key", "a key").set("/stillpoint/token", "a token");
    logged.length = 0;
  });
  afterEach(() => void vi.restoreAllMocks());

  test("are read by the first invocation of a process that has just begun", async () => {
    vi.spyOn(performance, "now").mockReturnValue(800);
    expect(await read(SETTINGS, telemetry)).toEqual({ CLIENT_KEY: "a key", TOKEN: "a token" });
  });

  test("are read again after a while, since they may be rotated, and not each time", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(800);
    await read(SETTINGS, telemetry);
    services.parameters.set("/stillpoint/key", "another key");
    now.mockReturnValue(60_000);
    expect(await read(SETTINGS, telemetry)).toMatchObject({ CLIENT_KEY: "a key" });
    now.mockReturnValue(400_000);
    expect(await read(SETTINGS, telemetry)).toMatchObject({ CLIENT_KEY: "another key" });
  });

  test("that are missing are named, and keep none of the others from being known", async () => {
    services.parameters.delete("/stillpoint/token");
    expect(await read(SETTINGS, telemetry)).toEqual({ CLIENT_KEY: "a key" });
    expect(logged).toEqual([expect.stringContaining('"/stillpoint/token"')]);
  });
});
