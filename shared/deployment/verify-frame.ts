import type { Frame } from "../verify/scope.ts";
import type { DatabaseWindow, Subject } from "../verify/subject.ts";
import { DEFAULT_NAMESPACES, type SystemNamespaces } from "../verify/table-role.ts";
import { clocksOf } from "./clocks.ts";
import { namespacesOf, type OpenDeployment } from "./open-deployment.ts";

export function frameOf(open: OpenDeployment, run: string, subject: Subject): Frame {
  return { run, subject, clocks: clocksOf(open), namespaces: namespacesOfAll(open.settings.databases) };
}

/** There is one ledger and one coordinator: what is named for one of several databases is told of them all. */
export function namespacesOfAll(databases: readonly Parameters<typeof namespacesOf>[0][]): SystemNamespaces {
  const found = databases.map(namespacesOf);
  const named = (which: keyof SystemNamespaces) =>
    found.find((each) => each[which] !== DEFAULT_NAMESPACES[which]) ?? DEFAULT_NAMESPACES;
  return { ledger: named("ledger").ledger, coordinator: named("coordinator").coordinator };
}

/** Copies of several databases, each at its own second, with the coordinator once more at a later one. */
export function restoredSubject(
  { window }: { readonly window?: DatabaseWindow | undefined },
  seconds: readonly number[],
  laterSecond: number | undefined,
): Subject {
  return {
    kind: "restored",
    atSecond: Math.min(...seconds),
    lastSecond: Math.max(...seconds),
    ...(window && { window }),
    ...(laterSecond !== undefined && { later: { atSecond: laterSecond } }),
  };
}
