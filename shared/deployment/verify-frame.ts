import type { Frame } from "../verify/scope.ts";
import type { DatabaseWindow, Subject } from "../verify/subject.ts";
import { DEFAULT_NAMESPACES } from "../verify/table-role.ts";
import { clocksOf } from "./clocks.ts";
import { namespacesOf, type OpenDeployment } from "./open-deployment.ts";

export function frameOf(open: OpenDeployment, run: string, subject: Subject): Frame {
  const [first] = open.settings.databases;
  const namespaces = first ? namespacesOf(first) : DEFAULT_NAMESPACES;
  return { run, subject, clocks: clocksOf(open), namespaces };
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
