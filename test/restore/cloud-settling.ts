import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import type { AbandonEffects } from "../../shared/restore/dynamodb/abandon.ts";
import type { Handlers } from "../../shared/workflow/effect.ts";
import type { Cloud } from "./cloud.ts";
import { DOUBTS } from "./cloud-state.ts";

type Settling = Pick<
  AbandonEffects,
  "scan-to-settle" | "settle-parts" | "apply-page" | "record-settled" | "forget-settled"
>;

/** Settling in a cloud: what is to be taken out is on record before it is. */
export function settlingHandlers(cloud: Cloud, unsettleable: boolean): Handlers<Settling> {
  return {
    "scan-to-settle": async ({ table: { schema } }) => {
      cloud.parts.add(schema.physical);
      const content = cloud.tables.get(schema.physical)?.content ?? "";
      return { sha256: content, bytes: 0, count: content.length, digest: content };
    },
    "settle-parts": async ({ scope, scanned }) => {
      const { subject } = scope;
      if (unsettleable) throw new StillpointError("SETTLE_OLD", "a transaction of long ago would be dropped");
      if (subject.kind !== "settled") throw new Error(`what is settled is "${subject.kind}"`);
      for (const { as, schema } of scope.tables) cloud.settledFrom.add(`${as} ${schema.physical}`);
      const found = DOUBTS.filter((doubt) => scanned.some(({ part }) => part.digest.includes(doubt)));
      for (const [page, doubt] of found.entries()) cloud.pages.set(page, doubt);
      const { keptUntilMs } = subject;
      const changes = found.length * scanned.length;
      return { keptUntilMs, pages: found.length, changes, dropped: found.length, inDoubt: 0 };
    },
    "apply-page": async ({ plan, page }) => {
      for (const { temporary } of plan.earlier ?? [])
        if (cloud.tables.get(temporary)?.status !== "ACTIVE")
          throw new StillpointError("DATABASE_REFUSED", `there is no "${temporary}" to read`);
      const doubt = cloud.pages.get(page);
      if (doubt === undefined) throw new StillpointError("CATALOG_DAMAGED", `page ${page} is not on record`);
      for (const { temporary } of plan.tables) cloud.takeOut(temporary, doubt);
      return null;
    },
    "record-settled": async ({ plan }) => {
      cloud.settled.add(plan.point);
      return null;
    },
    "forget-settled": async () => {
      const copies = [...cloud.tables.keys()].filter((name) => name.includes(".stillpoint-"));
      if (copies.length + cloud.backups.size > 0) throw new Error("there are copies that were settled");
      cloud.pages.clear();
      return null;
    },
  };
}
