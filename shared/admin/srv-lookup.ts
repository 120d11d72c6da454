import { addressOf } from "../pause/instance.ts";
import type { Address } from "./instance-address.ts";

/** Answers one question for SRV records; rejects with a Node DNS error. */
export type ResolveSrv = () => Promise<readonly { readonly name: string; readonly port: number }[]>;

/** What several lookups of one name said together. */
export type SrvAnswer =
  | { readonly kind: "found"; readonly addresses: readonly Address[]; readonly disagreement?: string }
  /** Every lookup was answered, and all said that there is nothing of that name. */
  | { readonly kind: "none" }
  /** No lookup was answered. */
  | { readonly kind: "unanswered"; readonly message: string };

/** SRV answers are known to vary from one lookup to the next; this many are joined and compared. */
const SRV_LOOKUPS = 5;
/** After so many failures no more are made: the instances may be paused while we wait. */
const SRV_FAILURES_MOST = 2;

/** The name exists not, or has no SRV records: an answer, unlike a time-out. */
const SAYS_NONE: readonly unknown[] = ["ENOTFOUND", "ENODATA"];

interface Lookups {
  readonly name: string;
  /** Each answer as a set of `port host`. */
  readonly answers: ReadonlySet<string>[];
  readonly failures: string[];
}

export async function lookUpSrv(name: string, resolve: ResolveSrv): Promise<SrvAnswer> {
  const lookups: Lookups = { name, answers: [], failures: [] };
  const { answers, failures } = lookups;
  // One after the other: asked at the same moment, all might be given the same passing answer.
  while (answers.length + failures.length < SRV_LOOKUPS && failures.length < SRV_FAILURES_MOST) {
    try {
      const records = await resolve();
      answers.push(new Set(records.map((record) => `${record.port} ${record.name.replace(/\.$/, "")}`)));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (SAYS_NONE.includes(code)) answers.push(new Set());
      else failures.push(code ?? String(error));
    }
  }
  return compare(lookups);
}

function compare(lookups: Lookups): SrvAnswer {
  const all = [...new Set(lookups.answers.flatMap((answer) => [...answer]))].sort();
  if (all.length > 0) {
    const disagreement = disagreementOf(lookups, all);
    const found = { kind: "found", addresses: all.map(toAddress) } as const;
    return disagreement === undefined ? found : { ...found, disagreement };
  }
  if (lookups.failures.length === 0) return { kind: "none" };
  return { kind: "unanswered", message: `${describeCount(lookups)} ${describeFailures(lookups)}` };
}

function disagreementOf(lookups: Lookups, all: readonly string[]): string | undefined {
  const partial = all.filter((entry) => lookups.answers.some((answer) => !answer.has(entry)));
  const parts: string[] = [];
  if (partial.length > 0) parts.push(`only some named ${partial.map(shown).join(", ")}`);
  if (lookups.failures.length > 0) parts.push(describeFailures(lookups));
  return parts.length === 0 ? undefined : `${describeCount(lookups)} ${parts.join(" and ")}`;
}

function describeCount({ name, answers, failures }: Lookups): string {
  return `of ${answers.length + failures.length} lookups of "${name}"`;
}

function describeFailures({ failures }: Lookups): string {
  return `${failures.length} failed (${[...new Set(failures)].join(", ")})`;
}

function toAddress(entry: string): Address {
  const [port = "", host = ""] = entry.split(" ");
  return { host, port: Number(port) };
}

function shown(entry: string): string {
  return `"${addressOf(toAddress(entry))}"`;
}
