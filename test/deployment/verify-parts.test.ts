import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalWorld, startLocalWorld } from "../../rehearsal/local-world.ts";
import { DEPLOYMENT } from "../../rehearsal/rehearsal-world.ts";
import { catalogOver } from "../../shared/catalog/catalog.ts";
import { openStore } from "../../shared/catalog/open-store.ts";
import type { PartsSettings } from "../../shared/config/config.ts";
import { deploymentNamed, loadConfig } from "../../shared/config/load-config.ts";
import { type OpenDeployment, openDeployment } from "../../shared/deployment/open-deployment.ts";
import { verifyHandlers } from "../../shared/deployment/verify-handlers.ts";
import { verifyLive } from "../../shared/deployment/verify-live.ts";
import { judgeParts, removeParts, scanSegment } from "../../shared/deployment/verify-parts.ts";
import { liveScope } from "../../shared/deployment/verify-scope.ts";
import type { JudgeParts, ScanSegment, VerificationEffects } from "../../shared/verify/effects.ts";
import type { VerificationReport } from "../../shared/verify/report.ts";
import { scanInput } from "../../shared/verify/scan-input.ts";
import type { Scope } from "../../shared/verify/scope.ts";
import { planSegments, SEGMENT_BYTES, type Segment } from "../../shared/verify/segments.ts";
import { verification } from "../../shared/verify/verification.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { until } from "../cli/until.ts";
import { type OneBucket, startBucket } from "../parts/one-bucket.ts";

process.env["AWS_ACCESS_KEY_ID"] = "test";
process.env["AWS_SECRET_ACCESS_KEY"] = "test";

const STEP_MS = 60_000;
const SEGMENTS = 3;

/** Every host opens all anew, and knows of the others only what comes to it as JSON. */
describe("a verification whose steps are carried out on hosts of their own", { timeout: STEP_MS }, () => {
  let world: LocalWorld;
  let s3: OneBucket;
  const scratchDir = mkdtempSync(join(tmpdir(), "stillpoint-hosts-"));

  const host = (parts?: PartsSettings): OpenDeployment => {
    const loaded = loadConfig(world.config, {});
    const settings = deploymentNamed(loaded, DEPLOYMENT);
    const verification = parts === undefined ? settings.verification : { parts };
    return openDeployment(
      { ...settings, verification },
      catalogOver(openStore(loaded.catalog, () => undefined)),
      {},
    );
  };
  const bucket = (): PartsSettings => ({
    kind: "s3",
    bucket: s3.bucketName,
    region: "eu-west-1",
    prefix: "stillpoint/",
    endpoint: s3.endpoint,
  });

  async function onHost<T>(
    event: object,
    work: (open: OpenDeployment, event: never) => Promise<T>,
  ): Promise<T> {
    const open = host(bucket());
    try {
      const answer = await work(open, JSON.parse(JSON.stringify(event)) as never);
      return JSON.parse(JSON.stringify(answer ?? null)) as T;
    } finally {
      open.close();
    }
  }

  function verifyOn(scope: Scope, befall: () => void = () => {}): Promise<VerificationReport> {
    return runInProcess<VerificationEffects, VerificationReport>(verification(scope), {
      handlers: {
        "scan-segment": (input) =>
          onHost(input, (open, event: ScanSegment) => scanSegment(open, event, scratchDir)),
        "judge-parts": (input) => {
          befall();
          return onHost(input, (open, event: JudgeParts) => judgeParts(open, event, scratchDir));
        },
        "remove-parts": async ({ run }) => {
          await onHost({}, (open) => removeParts(open, run));
          return null;
        },
      },
    });
  }

  /** Nothing is in flight an hour later. */
  async function scopeOfNow(): Promise<Scope> {
    const open = host();
    const scope = await liveScope(open);
    open.close();
    const tables = scope.tables.map((table) => ({ ...table, bytes: SEGMENTS * SEGMENT_BYTES }));
    return { ...scope, subject: { kind: "copy" }, tables };
  }

  beforeAll(async () => {
    s3 = await startBucket();
    world = await startLocalWorld({ seed: "hosts", assets: 8, instances: 1 });
    const load = world.startLoad(2);
    await until(() => load.calls().length > 30);
    await load.stop();
  }, STEP_MS);

  afterAll(async () => {
    rmSync(scratchDir, { recursive: true });
    await world.close();
    await s3.close();
  });

  test("finds what one process finds, and leaves neither parts nor scratches behind", async () => {
    const scope = await scopeOfNow();
    const open = host();
    const alone = await runInProcess<VerificationEffects, VerificationReport>(
      verification({ ...scope, run: "alone", tables: scope.tables.map((table) => ({ ...table, bytes: 0 })) }),
      { handlers: verifyHandlers(open) },
    );
    open.close();
    expect(alone.findings).toEqual([]);
    expect(alone.checked.signatures.checked.ecdsa).toBeGreaterThan(10);
    let kept = 0;
    const report = await verifyOn(scope, () => {
      kept = s3.objects.size;
    });
    expect(report).toEqual(alone);
    expect(kept).toBeGreaterThan(scope.tables.length);
    expect(s3.objects.size).toBe(0);
    expect(readdirSync(scratchDir)).toEqual([]);
  });

  test("finds the same when all parts vanish before they are judged", async () => {
    const scope = await scopeOfNow();
    const undisturbed = await verifyOn(scope);
    expect(await verifyOn(scope, () => s3.objects.clear())).toEqual(undisturbed);
  });

  test("fails where no part can be kept, and says where", async () => {
    const scope = await scopeOfNow();
    s3.mishaps.push("denied");
    await expect(verifyOn(scope)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringContaining(`in bucket "${s3.bucketName}": AccessDenied`),
    });
    expect(readdirSync(scratchDir)).toEqual([]);
  });

  test("fails where there is no room for a scratch, and says where", async () => {
    const scope = await scopeOfNow();
    const [segment] = planSegments(scope).flat();
    const open = host();
    const missing = join(scratchDir, "missing");
    await expect(scanSegment(open, scanInput(scope, segment as Segment, []), missing)).rejects.toMatchObject({
      code: "PARTS_UNREADABLE",
      message: expect.stringContaining(`cannot be sorted in "${missing}": ENOENT`),
    });
    open.close();
  });

  test("ends though its parts cannot be removed", async () => {
    const open = host({ ...bucket(), bucket: "no-such-bucket" } as PartsSettings);
    await removeParts(open, "run");
    open.close();
  });

  test("of live tables needs no bucket in one process", async () => {
    const open = host();
    const report = await verifyLive(open);
    open.close();
    expect(report.findings).toEqual([]);
    expect(report.checked.tables.length).toBeGreaterThan(5);
  });
});
