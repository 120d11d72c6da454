import { readdirSync } from "node:fs";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { VerificationEffects } from "../../shared/verify/effects.ts";
import type { ScannedSegment } from "../../shared/verify/part.ts";
import type { CheckedTable, VerificationReport } from "../../shared/verify/report.ts";
import { scanInput } from "../../shared/verify/scan-input.ts";
import { scanSegment } from "../../shared/verify/scan-segment.ts";
import { planSegments } from "../../shared/verify/segments.ts";
import { verification } from "../../shared/verify/verification.ts";
import { verifyCopy } from "../../shared/verify/verify-copy.ts";
import type { Workroom } from "../../shared/verify/workroom.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { Journal } from "../../shared/workflow/journal.ts";
import { runInProcess } from "../../shared/workflow/run-in-process.ts";
import { memoryStore } from "../catalog/memory-store.ts";
import { Life, mortalHandlers, mortalStore } from "../workflow/mortal.ts";
import { type Cutting, MemoryParts, roomOf, scopeOf, scratchFolder, verifying } from "./cut-verification.ts";
import { changed, loadFixture, openLabSecret, sourceOf } from "./fixture-source.ts";

const fixture = loadFixture("whole.jsonl", "prod_");
const whole = { ...fixture, tables: fixture.tables.filter(({ role }) => role !== "other") };
const CUTTING: Cutting = {
  tables: whole,
  subject: { kind: "copy" },
  segmentsOf: (table) => (table.endsWith("asset") ? 3 : 1),
};
const EXPECTED = await verifyCopy({
  sources: [sourceOf(whole)],
  subject: CUTTING.subject,
  openSecret: openLabSecret,
});

const scratch = scratchFolder();
afterAll(() => scratch[Symbol.dispose]());

/** A verification with its journal, lived through by one process after another. */
class Verifying {
  readonly parts = new MemoryParts();
  readonly reads: string[] = [];
  readonly #store = memoryStore();
  cutting: Cutting;

  constructor(cutting = CUTTING) {
    this.cutting = cutting;
  }

  async scansOnRecord(): Promise<number> {
    const entries = (await this.#store.journal("run")) as readonly { readonly kind: string }[];
    return entries.filter(({ kind }) => kind === "scan-segment").length;
  }

  async run(life = new Life(), like?: readonly CheckedTable[]): Promise<VerificationReport> {
    return runInProcess<VerificationEffects, VerificationReport>(verification(scopeOf(this.cutting), like), {
      handlers: mortalHandlers(life, this.#handlers()),
      journal: await Journal.open(mortalStore(life, this.#store), "run"),
    });
  }

  #handlers(): Handlers<VerificationEffects> {
    const { read, ...room } = roomOf(this.cutting, this.parts, scratch.path);
    const counted: Workroom["read"] = (table, segment, segments) => {
      this.reads.push(`${table.schema.table} ${segment}`);
      return read(table, segment, segments);
    };
    return verifying({ ...room, read: counted });
  }
}

async function undisturbed() {
  const verified = new Verifying();
  const life = new Life();
  expect(await verified.run(life)).toEqual(EXPECTED);
  return { moments: life.moments, reads: verified.reads };
}

test("killed at any moment and resumed, a verification ends as an undisturbed one and reads only what is not on record", async () => {
  const { moments, reads } = await undisturbed();
  for (const moment of moments.keys()) {
    const verified = new Verifying();
    await expect(verified.run(new Life(moment)), moments[moment]).rejects.toThrow("the process died");
    expect(readdirSync(scratch.path)).toEqual([]);
    const [before, known] = [verified.reads.length, await verified.scansOnRecord()];
    expect(await verified.run()).toEqual(EXPECTED);
    expect(verified.reads.length - before).toBe(reads.length - known);
    expect(verified.parts.kept.size).toBe(0);
  }
});

test("of parts that vanish or are damaged between two lives, the segments are read again", async () => {
  const { moments } = await undisturbed();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(moments.length - 1), { minLength: 1, maxLength: 4 }),
      fc.array(fc.constantFrom("keep", "lose", "flip", "truncate"), { minLength: 1, maxLength: 20 }),
      async (deaths, fates) => {
        const verified = new Verifying();
        for (const death of deaths) {
          await verified.run(new Life(death)).catch(() => undefined);
          befall(verified.parts, fates);
        }
        expect(await verified.run()).toEqual(EXPECTED);
        expect(verified.parts.kept.size).toBe(0);
      },
    ),
    { numRuns: 25 },
  );
});

function befall(parts: MemoryParts, fates: readonly string[]): void {
  for (const [index, [name, content]] of [...parts.kept].entries()) {
    const fate = fates[index % fates.length];
    const damaged = content.map((byte, at) => (at === content.length >> 1 ? byte ^ 1 : byte));
    if (fate === "lose") parts.kept.delete(name);
    if (fate === "flip") parts.kept.set(name, damaged);
    if (fate === "truncate") parts.kept.set(name, content.slice(0, -1));
  }
}

test("lost parts of keys are read again by the first segment that needs them, and kept for the others", async () => {
  const parts = new MemoryParts();
  const { read, ...rest } = roomOf(CUTTING, parts, scratch.path);
  const reads: string[] = [];
  const room: Workroom = {
    ...rest,
    read: (table, segment, segments) => {
      reads.push(table.schema.role);
      return read(table, segment, segments);
    },
  };
  const scope = scopeOf(CUTTING);
  const [keys = [], records = []] = planSegments(scope);
  const scanned: ScannedSegment[] = [];
  for (const segment of keys)
    scanned.push({ ...segment, part: await scanSegment(room, scanInput(scope, segment, [])) });
  parts.kept.clear();
  reads.length = 0;
  const assets = records.filter(({ place }) => scope.tables[place]?.schema.role === "asset");
  for (const segment of assets) await scanSegment(room, scanInput(scope, segment, scanned));
  expect(reads.toSorted()).toEqual(["asset", "asset", "asset", "certificate", "contract", "secret"]);
});

test("parts that a judgement could not remove or has removed already do no harm when it is resumed", async () => {
  const { moments } = await undisturbed();
  const verified = new Verifying();
  await verified.run(new Life(moments.indexOf("after judge-parts"))).catch(() => undefined);
  verified.parts.kept.clear();
  expect(await verified.run()).toEqual(EXPECTED);
});

const mended = changed(whole, "app.account", (rows) => rows.map((row) => ({ ...row, moved: 1 })));

test("a table that is not like before is read again by the resumed run, which sees what was mended", async () => {
  const like = EXPECTED.checked.tables;
  const { moments } = await undisturbed();
  const verified = new Verifying({ ...CUTTING, tables: mended });
  await verified.run(new Life(moments.indexOf("before judge-parts")), like).catch(() => undefined);
  const scanned = verified.reads.length;
  verified.cutting = CUTTING;
  expect(await verified.run(new Life(), like)).toEqual(EXPECTED);
  expect(new Set(verified.reads.slice(scanned).map((read) => read.split(" ")[0]))).toEqual(
    new Set(["account"]),
  );
});

test("a table that stays unlike is reported as it is, not as it was", async () => {
  const verified = new Verifying({ ...CUTTING, tables: mended });
  const report = await verified.run(new Life(), EXPECTED.checked.tables);
  const differing = report.checked.tables.filter(
    ({ digest }, index) => digest !== EXPECTED.checked.tables[index]?.digest,
  );
  expect(differing.map(({ table }) => table)).toEqual(["app.account"]);
});

test("a segment that cannot be read fails the verification, which leaves no scratch behind", async () => {
  const { read, ...rest } = roomOf(CUTTING, new MemoryParts(), scratch.path);
  const failing: Workroom = {
    ...rest,
    read: async function* (table, segment, segments) {
      yield* read(table, segment, segments);
      if (table.schema.role === "record") throw new StillpointError("DATABASE_REFUSED", "throttled");
    },
  };
  const running = runInProcess<VerificationEffects, VerificationReport>(verification(scopeOf(CUTTING)), {
    handlers: verifying(failing),
  });
  await expect(running).rejects.toMatchObject({ code: "DATABASE_REFUSED", message: "throttled" });
  expect(readdirSync(scratch.path)).toEqual([]);
});

test("a copy of an earlier second is never verified", async () => {
  const room = roomOf(CUTTING, new MemoryParts(), scratch.path);
  const { tables, ...frame } = scopeOf(CUTTING);
  for (const table of tables) {
    const input = { frame, table: { ...table, as: "earlier" }, segment: 0, segments: 1, keys: [] } as const;
    await expect(scanSegment(room, input)).rejects.toMatchObject({ code: "INTERNAL" });
  }
});
