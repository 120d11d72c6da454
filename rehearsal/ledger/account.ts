import { createHash } from "node:crypto";
import type { Transaction } from "./consensus-commit.ts";
import { ACCOUNT } from "./ledger-tables.ts";
import type { Columns } from "./table.ts";
import type { Transfer } from "./transfer.ts";
import { blob, boolean, float, number, numberOf, text } from "./value.ts";

const REGIONS = 3;

/** Runs the Function that mirrors assets in `app.account`, inside their transaction. */
export async function mirrorMoves(
  transaction: Transaction,
  { moves, mirror }: Transfer,
): Promise<"mirrored" | "in-doubt"> {
  if (mirror.kind === "none") return "mirrored";
  const found = await Promise.all(moves.map(({ id }) => transaction.get(ACCOUNT, { id: text(id) })));
  for (const [position, { id, delta }] of moves.entries()) {
    const account = found[position];
    if (!account || account.kind === "in-doubt") return "in-doubt";
    if (account.kind === "record" && mirror.remove.includes(id))
      transaction.delete(ACCOUNT, { id: text(id) });
    else
      transaction.put(ACCOUNT, touched(id, delta, account.kind === "record" ? account.columns : undefined));
  }
  return "mirrored";
}

function touched(id: string, delta: number, before: Columns | undefined): Columns {
  return {
    id: text(id),
    region: text(regionOf(id)),
    moved: number((before ? numberOf(before, "moved") : 0) + Math.abs(delta)),
    touches: number((before ? numberOf(before, "touches") : 0) + 1),
    active: boolean(delta >= 0),
    score: number(delta / 7),
    ratio: float(delta / 3),
    raw: blob(Buffer.of(0x00, 0x01, 0xff, delta & 0xff)),
  };
}

function regionOf(id: string): string {
  return `r${createHash("sha256").update(id).digest().readUInt8(0) % REGIONS}`;
}
