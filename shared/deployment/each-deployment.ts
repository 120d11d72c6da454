import type { Deployment } from "../config/config.ts";
import { type Failure, toFailure } from "../errors/stillpoint-error.ts";

export interface EachDeployment<T> {
  readonly done: readonly T[];
  /** Those that could not be looked after, such as for a missing key. */
  readonly unopened: readonly { readonly deployment: string; readonly failure: Failure }[];
}

/** Side by side; what is wrong with one deployment must not keep the others from it. */
export async function eachDeployment<T>(
  deployments: readonly Deployment[],
  work: (settings: Deployment) => Promise<T>,
): Promise<EachDeployment<T>> {
  const ends = await Promise.all(
    deployments.map((settings) =>
      work(settings).then(
        (value) => ({ value }),
        (error: unknown) => ({ deployment: settings.name, failure: toFailure(error) }),
      ),
    ),
  );
  return {
    done: ends.flatMap((end) => ("value" in end ? [end.value] : [])),
    unopened: ends.flatMap((end) => ("failure" in end ? [end] : [])),
  };
}
