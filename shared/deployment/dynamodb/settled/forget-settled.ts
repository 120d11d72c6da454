import type { Catalog } from "../../../catalog/catalog.ts";
import type { SettledPage } from "../../../catalog/model.ts";
import { codeOf } from "../../../errors/stillpoint-error.ts";
import { pageId } from "../../../settle/settlement.ts";

/**
 * Empties the pages of a run that was abandoned: what was to be done to copies that are gone, and what these lack, is
 * of no use to anybody. The records stay, since a catalog keeps every record, as its logs do: a page is up to a few
 * hundred KB, an empty one no more than an entry of a journal. The same again is fine.
 */
export async function forgetSettled({ settlements }: Catalog, run: string): Promise<void> {
  for (let page = 0; await isThere(settlements, pageId(run, page)); page++)
    await settlements.update(pageId(run, page), emptied).catch(ifDamaged(() => undefined));
}

/** Of a settling that was killed on the way some pages are there, and nobody knows how many: they count from 0. */
async function isThere(settlements: Catalog["settlements"], id: string): Promise<boolean> {
  const found = await settlements.find(id).catch(ifDamaged(() => "damaged"));
  return found !== undefined;
}

function emptied(page: SettledPage): SettledPage {
  return isForgotten(page) ? page : { ...page, changes: [], dropped: [] };
}

/** No page is kept with nothing on it. */
export function isForgotten({ changes, dropped }: SettledPage): boolean {
  return changes.length + dropped.length === 0;
}

/** A page that nobody can read must not keep a run from ending. */
function ifDamaged<T>(instead: () => T): (error: unknown) => T {
  return (error) => {
    const code = codeOf(error);
    if (code === "CATALOG_DAMAGED" || code === "CATALOG_NEWER") return instead();
    throw error;
  };
}
