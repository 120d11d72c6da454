import type { PauseRecord, RestorePoint } from "../shared/catalog/model.ts";
import { StillpointError, toFailure } from "../shared/errors/stillpoint-error.ts";
import type { Outcome } from "../shared/workflow/effect.ts";
import type { Agenda } from "./agenda.ts";
import type { Chance } from "./chance.ts";
import { failed, succeed } from "./drive.ts";
import type { Host } from "./host.ts";

export interface CatalogFault {
  readonly matches: (from: Host, action: string) => boolean;
  /** `refused`: nothing was written; `unknown`: it was, and nobody was told. */
  readonly kind: "refused" | "unknown";
  left: number;
}

export interface HeldLease {
  readonly run: string;
  readonly untilMs: number;
}

const LEAST_MS = 1;
const MEAN_MS = 3;

/** The catalog as every store promises it: one write after the other, and read as they were written. */
export class CatalogModel {
  readonly pauses = new Map<string, PauseRecord>();
  readonly points: RestorePoint[] = [];
  lease: HeldLease | undefined;
  readonly faults: CatalogFault[] = [];
  hits = 0;
  readonly #agenda: Agenda;
  readonly #chance: Chance;

  constructor(agenda: Agenda, chance: Chance) {
    this.#agenda = agenda;
    this.#chance = chance;
  }

  get unsettled(): readonly PauseRecord[] {
    return [...this.pauses.values()].filter(({ state }) => state !== "closed");
  }

  /** One question or one conditional write; it takes place at one moment between being sent and answered. */
  ask(from: Host, action: string, act: () => unknown, done: (outcome: Outcome) => void): void {
    const fault = this.faults.find((one) => one.left > 0 && one.matches(from, action));
    if (fault) {
      fault.left--;
      this.hits++;
    }
    this.#agenda.after(this.#latencyMs(), () => {
      const outcome = fault?.kind === "refused" ? UNREADABLE : attempt(act);
      this.#agenda.note(() => `the catalog on ${action} of ${from.name}: ${outcomeText(outcome, fault)}`);
      this.#agenda.after(this.#latencyMs(), () => done(fault && outcome.ok ? UNREADABLE : outcome));
    });
  }

  record(pause: string): PauseRecord {
    const record = this.pauses.get(pause);
    if (record === undefined) throw new StillpointError("NOT_FOUND", `no pause "${pause}"`);
    return record;
  }

  update(pause: string, change: (record: PauseRecord) => PauseRecord): PauseRecord {
    const record = change(this.record(pause));
    this.pauses.set(pause, record);
    return record;
  }

  #latencyMs(): number {
    return LEAST_MS + this.#chance.exponential(MEAN_MS);
  }
}

const UNREADABLE = failed("CATALOG_UNREADABLE", "the catalog did not answer");

function attempt(act: () => unknown): Outcome {
  try {
    return succeed(act());
  } catch (error) {
    return { ok: false, failure: toFailure(error) };
  }
}

function outcomeText(outcome: Outcome, fault: CatalogFault | undefined): string {
  const text = outcome.ok ? "done" : outcome.failure.message;
  return fault?.kind === "unknown" ? `${text}, but nobody is told` : text;
}
