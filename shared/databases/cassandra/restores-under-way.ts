import { concurrently } from "../concurrently.ts";
import type { Cassy, Registration, RestoreEntry } from "./cassy.ts";

/** Each backup registers the cluster anew: with one an hour, a month and a half of them. */
const MOST_REGISTRATIONS = 1_000;
const ASKED_AT_A_TIME = 8;

/**
 * Restores to some of these nodes that have not ended, by what Cassy says. It lists them under the registration that
 * their snapshot was taken by, and files of two snapshots in one directory are no state that ever was.
 */
export async function restoresUnderWay(
  cassy: Pick<Cassy, "restores">,
  registrations: readonly Registration[],
  nodes: readonly string[],
): Promise<readonly RestoreEntry[]> {
  const theirs = registrations
    .filter((each) => each.nodes.some((node) => nodes.includes(node)))
    .slice(0, MOST_REGISTRATIONS);
  const entries = await concurrently(ASKED_AT_A_TIME, theirs, ({ clusterId }) =>
    cassy.restores({ clusterId }),
  );
  return entries
    .flat()
    .filter(({ node, status }) => nodes.includes(node) && status !== "completed" && status !== "failed");
}
