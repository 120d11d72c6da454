import { canonicalJson } from "../../workflow/canonical-json.ts";
import { aboutLine, type JournalLine, type RecordLine, type WholeLine } from "../catalog-line.ts";
import { MODELS } from "../models.ts";
import type { Collection } from "../store.ts";

/** A catalog as a whole: the newest version of each record, and the entries of each journal from the first. */
export interface Contents {
  readonly records: readonly RecordLine[];
  readonly journals: ReadonlyMap<string, readonly unknown[]>;
}

/** Signs of life are not moved: a sweep that is alive gives another in a moment. */
export const NOT_MOVED: readonly Collection[] = ["sweeps"];

/** Puts a catalog together from lines in any order, of which some may be there twice. */
export class Gathering {
  readonly #records = new Map<string, RecordLine>();
  readonly #entries = new Map<string, Map<number, unknown>>();
  readonly #problems: string[] = [];

  add(line: WholeLine): void {
    if (line.kind === "catalog-record") this.#addRecord(line);
    else this.#addEntry(line);
  }

  /** The whole of it, with all that is wrong or missing. What is wrong is left out. */
  finish(): { readonly contents: Contents; readonly problems: readonly string[] } {
    const journals = new Map(
      [...this.#entries].map(([run, entries]) => [run, this.#wholeJournal(run, entries)]),
    );
    const records = [...this.#records.values()].filter((record) => this.#isGood(record));
    const runs = new Set(records.filter(({ collection }) => collection === "runs").map(({ id }) => id));
    for (const run of journals.keys()) {
      if (runs.has(run)) continue;
      this.#problems.push(`journal "${run}" has no run that it belongs to`);
      journals.delete(run);
    }
    return { contents: { records, journals }, problems: this.#problems };
  }

  #addRecord(line: RecordLine): void {
    const key = JSON.stringify([line.collection, line.id]);
    const known = this.#records.get(key);
    if (known?.revision === line.revision && !isSame(known.value, line.value))
      this.#problems.push(`${aboutLine(line)} has two contents under revision ${line.revision}`);
    if (known === undefined || known.revision < line.revision) this.#records.set(key, line);
  }

  #addEntry(line: JournalLine): void {
    const entries = this.#entries.get(line.run) ?? new Map<number, unknown>();
    this.#entries.set(line.run, entries);
    if (entries.has(line.index) && !isSame(entries.get(line.index), line.entry))
      this.#problems.push(
        `${aboutLine(line)} is there twice, with different contents: take the lines of one catalog`,
      );
    else entries.set(line.index, line.entry);
  }

  /** Up to its first gap: what follows a missing entry would be taken for it. */
  #wholeJournal(run: string, entries: ReadonlyMap<number, unknown>): readonly unknown[] {
    const whole: unknown[] = [];
    while (entries.has(whole.length)) whole.push(entries.get(whole.length));
    if (whole.length < entries.size)
      this.#problems.push(
        `journal "${run}" lacks entry ${whole.length}, and has ${entries.size - whole.length} after it`,
      );
    return whole;
  }

  #isGood(line: RecordLine): boolean {
    const { collection, id, value } = line;
    const parsed = MODELS[collection].safeParse(value);
    const named = collection === "leases" ? "deployment" : "id";
    if (parsed.success && (value as Record<string, unknown>)[named] === id) return true;
    const why = parsed.success
      ? `it is the record of another ${named}`
      : parsed.error.issues
          .map(({ path, message }) => `${path.join(".") || "the record"}: ${message}`)
          .join("; ");
    this.#problems.push(`${aboutLine(line)} is no record that this version knows: ${why}`);
    return false;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** Whether a journal begins with all of another. */
export function beginsWith(journal: readonly unknown[], beginning: readonly unknown[]): boolean {
  return beginning.every((entry, index) => index < journal.length && isSame(entry, journal[index]));
}
