import { StillpointError } from "../../errors/stillpoint-error.ts";

/** More than any list of Azure Resource Manager that is read here. */
const MOST_ITEMS = 20_000;

/** Everything of a paged list. */
export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    if (found.length === MOST_ITEMS)
      throw new StillpointError(
        "DATABASE_REFUSED",
        `a list of the service has more than ${MOST_ITEMS} entries`,
      );
    found.push(item);
  }
  return found;
}
