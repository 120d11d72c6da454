import { mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VerificationEffects } from "../../shared/verify/effects.ts";
import { judgeParts } from "../../shared/verify/judge-parts.ts";
import type { Parts } from "../../shared/verify/parts.ts";
import { logicalName } from "../../shared/verify/row-source.ts";
import { scanSegment } from "../../shared/verify/scan-segment.ts";
import type { Scope, ScopedTable } from "../../shared/verify/scope.ts";
import { SEGMENT_BYTES } from "../../shared/verify/segments.ts";
import { DEFAULT_CLOCKS, type Subject } from "../../shared/verify/subject.ts";
import { DEFAULT_NAMESPACES } from "../../shared/verify/table-role.ts";
import type { Workroom } from "../../shared/verify/workroom.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import { type MemoryTables, openLabSecret, sourceOf } from "./fixture-source.ts";

/** Tables to verify, and into how many segments each of them is cut. */
export interface Cutting {
  readonly tables: MemoryTables;
  readonly later?: MemoryTables;
  readonly subject: Subject;
  readonly segmentsOf: (table: string) => number;
}

export function scopeOf({ tables, later, subject, segmentsOf }: Cutting): Scope {
  const scoped = (schema: ScopedTable["schema"], as: ScopedTable["as"]): ScopedTable => ({
    database: as,
    schema,
    bytes: segmentsOf(logicalName(schema)) * SEGMENT_BYTES,
    as,
  });
  const coordinators = later?.tables.filter(({ role }) => role === "coordinator") ?? [];
  return {
    run: "run",
    subject,
    clocks: DEFAULT_CLOCKS,
    namespaces: DEFAULT_NAMESPACES,
    tables: [
      ...tables.tables.map((schema) => scoped(schema, "copy")),
      ...coordinators.map((schema) => scoped(schema, "later")),
    ],
  };
}

/** Parts in memory, as they would be in a store. */
export class MemoryParts implements Parts {
  readonly kept = new Map<string, Uint8Array>();

  async put(name: string, file: string): Promise<void> {
    this.kept.set(name, await readFile(file));
  }

  async get(name: string, file: string): Promise<boolean> {
    const content = this.kept.get(name);
    if (content !== undefined) await writeFile(file, content);
    return content !== undefined;
  }

  async remove(run: string): Promise<void> {
    for (const name of this.kept.keys()) if (name.startsWith(`${run}/`)) this.kept.delete(name);
  }

  close(): void {}
}

/** A folder for scratches, which must be empty in the end. */
export function scratchFolder() {
  const path = mkdtempSync(join(tmpdir(), "stillpoint-cut-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

export function roomOf({ tables, later }: Cutting, parts: Parts, scratchDir: string): Workroom {
  const sources = {
    copy: sourceOf(tables),
    later: sourceOf(later ?? tables),
    earlier: sourceOf({ tables: [], rows: new Map() }),
  };
  return {
    parts,
    scratchDir,
    openSecret: openLabSecret,
    read: ({ schema, as }, segment, segments) => sources[as].scan(schema, segment, segments),
  };
}

/** As a host carries them out: inputs and answers cross as JSON. */
export function verifying(room: Workroom): Handlers<VerificationEffects> {
  return {
    "scan-segment": async (input) => json(await scanSegment(room, json(input))),
    "judge-parts": async (input) => json(await judgeParts(room, json(input))),
    "remove-parts": async ({ run }) => {
      await room.parts.remove(run);
      return null;
    },
  };
}

function json<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
