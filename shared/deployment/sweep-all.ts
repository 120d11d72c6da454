import { isOverdue, type Swept } from "../backup/sweep.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { PauseRecord } from "../catalog/model.ts";
import type { Config, Deployment } from "../config/config.ts";
import { type Failure, messageOf } from "../errors/stillpoint-error.ts";
import { troubleIn } from "./sweep-round.ts";

export interface SweptAll {
  readonly records: readonly Swept[];
  readonly unreadable: readonly string[];
}

/** One round over the open pauses of all deployments; `sweepOne` opens a deployment only where it has some. */
export async function sweepAll(
  { config, catalog }: { readonly config: Config; readonly catalog: Catalog },
  sweepOne: (settings: Deployment) => Promise<readonly Swept[]>,
): Promise<SweptAll> {
  const { records: open, unreadable } = await catalog.pauses.open();
  const names = [...new Set(open.map(({ deployment }) => deployment))];
  const swept = await Promise.all(
    names.map((name) => {
      const settings = config.deployments.find((deployment) => deployment.name === name);
      if (settings !== undefined) return sweepKnown(settings, sweepOne);
      return open.filter(({ deployment }) => deployment === name).map(leftToOthers);
    }),
  );
  return { records: swept.flat(), unreadable: unreadable.map(({ message }) => message) };
}

/** What is wrong with one deployment must not keep the others paused. */
async function sweepKnown(
  settings: Deployment,
  sweepOne: (settings: Deployment) => Promise<readonly Swept[]>,
): Promise<readonly Swept[]> {
  try {
    return await sweepOne(settings);
  } catch (error) {
    const { name: deployment } = settings;
    const pause = `all open pauses of ${deployment}`;
    return [{ kind: "failed", deployment, pause, message: messageOf(error) }];
  }
}

/** Of a deployment that this configuration has no more, or that another one on the same catalog has. */
function leftToOthers(record: PauseRecord): Swept {
  const { id: pause, deployment, deadlineMs, state } = record;
  if (state === "open" && !isOverdue(record, Date.now()))
    return { kind: "not-due", pause, deployment, deadlineMs };
  const message = `deployment "${deployment}" is not in the configuration, so nothing was unpaused`;
  return { kind: "failed", pause, deployment, message };
}

export function sweepFailure({ records, unreadable }: SweptAll): Failure | undefined {
  const trouble = troubleIn(records);
  if (trouble !== undefined)
    return { code: "STILL_PAUSED", message: `the sweep could not open everything: ${trouble}` };
  if (unreadable.length === 0) return undefined;
  return {
    code: "CATALOG_DAMAGED",
    message: `records that cannot be read were not swept: ${unreadable.join("; ")}`,
  };
}
