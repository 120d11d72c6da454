import { type Random, sample } from "./random.ts";
import type { Transfer } from "./transfer.ts";

const STEP = 10;
/** How many assets a transfer touches: mostly two, as money goes. */
const SIZES = [1, 2, 2, 2, 2, 2, 2, 3, 3, 4];

/** A transfer as a client might make it: one asset gives, up to three take; two thirds are mirrored. */
export function chooseTransfer(random: Random, assets: readonly string[]): Transfer {
  const ids = sample(random, assets, SIZES[random.below(SIZES.length)] ?? 1);
  const takers = ids.length - 1;
  const moves = ids.map((id, position) => ({ id, delta: position === 0 ? -STEP * takers || 0 : STEP }));
  const mirrored = random.below(3) > 0;
  const remove = random.below(8) === 0 ? ids.slice(0, 1) : [];
  const memo = random.below(10) === 0 ? { memo: `メモ "q" \\ \n${random.below(100)}` } : {};
  return {
    nonce: random.uuid(),
    moves,
    mirror: mirrored ? { kind: "touch", remove } : { kind: "none" },
    ...memo,
  };
}
