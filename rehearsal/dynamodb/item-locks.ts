export interface Claim {
  /** Id of the table's incarnation. */
  readonly tableId: string;
  readonly key: string;
}

/**
 * One writer at a time per item, in the order of arrival. All claims of a writer are queued in the same turn of
 * the event loop, so the queues of all items agree on who was first and no two writers can wait for each other.
 */
export class ItemLocks {
  readonly #tails = new Map<string, Map<string, Promise<void>>>();

  async hold<T>(claims: readonly Claim[], work: () => Promise<T>): Promise<T> {
    const { promise: mine, resolve: letGo } = Promise.withResolvers<void>();
    const before = claims.map((claim) => this.#queueBehind(claim, mine));
    await Promise.all(before);
    try {
      return await work();
    } finally {
      letGo();
      for (const claim of claims) this.#forget(claim, mine);
    }
  }

  /**
   * Resolves once every writer that is under way now has ended: of the given items, or of the whole table.
   * A reader waits for this before it answers, so that nobody acts on a write that the journal has not dated yet.
   */
  async settled(tableId: string, keys?: readonly string[]): Promise<void> {
    const tails = this.#tails.get(tableId);
    if (tails === undefined) return;
    await Promise.all(keys === undefined ? tails.values() : keys.map((key) => tails.get(key)));
  }

  #queueBehind({ tableId, key }: Claim, mine: Promise<void>): Promise<void> | undefined {
    const tails = this.#tails.get(tableId) ?? new Map<string, Promise<void>>();
    this.#tails.set(tableId, tails);
    const before = tails.get(key);
    // An item claimed twice by one writer must not make it wait for itself.
    if (before === mine) return undefined;
    tails.set(key, mine);
    return before;
  }

  #forget({ tableId, key }: Claim, mine: Promise<void>): void {
    const tails = this.#tails.get(tableId);
    if (tails?.get(key) !== mine) return;
    tails.delete(key);
    if (tails.size === 0) this.#tails.delete(tableId);
  }
}
