import type { Swept } from "../backup/sweep.ts";
import type { Catalog } from "../catalog/catalog.ts";
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
  const swept = await Promise.all(names.map((name) => sweepNamed(config, name, sweepOne)));
  return { records: swept.flat(), unreadable: unreadable.map(({ message }) => message) };
}

/** What is wrong with one deployment must not keep the others paused. */
async function sweepNamed(
  { deployments }: Config,
  name: string,
  sweepOne: (settings: Deployment) => Promise<readonly Swept[]>,
): Promise<readonly Swept[]> {
  const settings = deployments.find((deployment) => deployment.name === name);
  if (settings === undefined)
    return [{ ...unswept(name), message: `deployment "${name}" is not in the configuration` }];
  try {
    return await sweepOne(settings);
  } catch (error) {
    return [{ ...unswept(name), message: messageOf(error) }];
  }
}

function unswept(deployment: string) {
  return { kind: "failed", deployment, pause: `all open pauses of ${deployment}` } as const;
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
