import type { Edit } from "../planted-edits.ts";

/** A deliberate fault in our own code, and what the truth says of it. */
export interface Fault {
  readonly name: string;
  readonly edits: readonly [Edit, ...Edit[]];
  /** One of these, as a regular expression. */
  readonly caughtAs: string;
  readonly what: "settle" | "quiet";
  /** The kind of worlds in which it shows. */
  readonly under: string;
}

function edit(file: string, text: string, instead: string): Edit {
  return { file, text, instead };
}

/**
 * Each is a small edit of what ships. (That an age needs the one before it is asked for twice: a record's input names it,
 * too; so it only shows where neither asks.)
 */
export const FAULTS: readonly Fault[] = [
  {
    name: "what needs a dropped record is not dropped",
    edits: [edit("settle/standings.ts", "    drop(transaction);", "    if (place < 0) drop(transaction);")],
    caughtAs: "which is not kept|not without a later one|refused as too old",
    what: "settle",
    under: "clocks are set",
  },
  {
    name: "what a record was computed from is not asked for",
    edits: [
      edit(
        "settle/settling-intake.ts",
        "      for (const read of references)\n        this.#spill.add.need(",
        "      for (const read of references.filter((each) => each.id === id))\n        this.#spill.add.need(",
      ),
    ],
    caughtAs: "has read what",
    what: "settle",
    under: "busy and slow",
  },
  {
    name: "nothing that a record needs is asked for",
    edits: [
      edit(
        "settle/settling-intake.ts",
        "if (age > 0) this.#spill.add.need(transaction, this.#namespace, id, age - 1, preparedMs);",
        "",
      ),
      edit(
        "settle/settling-intake.ts",
        "      for (const read of references)\n        this.#spill.add.need(",
        "      for (const read of references.slice(0, 0))\n        this.#spill.add.need(",
      ),
    ],
    caughtAs: "not without a later one|has read what|refused as too old",
    what: "settle",
    under: "clocks are set",
  },
  {
    name: "all ledger namespaces are taken for one",
    edits: [
      edit(
        "settle/settling-intake.ts",
        "this.#spill.add.need(transaction, read.namespace, read.id, read.age, preparedMs);",
        "this.#spill.add.need(transaction, this.#namespace, read.id, read.age, preparedMs);",
      ),
    ],
    caughtAs: "refused as too old|is not kept|is lost",
    what: "settle",
    under: "several namespaces",
  },
  {
    name: "the latest age is one too high",
    edits: [edit("settle/walk-assets.ts", "      age: highest.till,", "      age: highest.till + 1,")],
    caughtAs: "as its latest_age",
    what: "settle",
    under: "plain",
  },
  {
    name: "the latest age is left as it was found",
    edits: [
      edit(
        "settle/walk-assets.ts",
        "if (latest !== undefined && isLatest(latest, highest)) return;",
        "if (latest !== undefined) return;",
      ),
    ],
    caughtAs: "as its latest_age|a row in doubt",
    what: "settle",
    under: "plain",
  },
  {
    name: "a latest age in doubt is left so",
    edits: [
      edit(
        "settle/walk-assets.ts",
        "latest.age === highest.till && isSame && (latest.state ?? COMMITTED) === COMMITTED",
        "latest.age === highest.till && isSame",
      ),
    ],
    caughtAs: "a row in doubt",
    what: "settle",
    under: "crashes",
  },
  {
    name: "an asset without a record keeps its latest age",
    edits: [
      edit(
        "settle/walk-assets.ts",
        "if (latest !== undefined) this.#changes.add(latest.place, {",
        "if (latest !== undefined && latest.age < 0) this.#changes.add(latest.place, {",
      ),
    ],
    caughtAs: "should not be|a row in doubt",
    what: "settle",
    under: "plain",
  },
  {
    name: "prepared rows of what is kept are removed",
    edits: [
      edit(
        "settle/change-list.ts",
        "state === PREPARED ? forward : remove",
        "state === PREPARED ? remove : remove",
      ),
    ],
    caughtAs: "is not there",
    what: "settle",
    under: "crashes",
  },
  {
    name: "prepared rows of what is kept go back",
    edits: [
      edit(
        "settle/change-list.ts",
        "state === PREPARED ? forward : remove",
        'state === PREPARED ? { kind: "back", ...row } : remove',
      ),
    ],
    caughtAs: "is not there",
    what: "settle",
    under: "crashes",
  },
  {
    name: "prepared rows of what is kept are left",
    edits: [edit("settle/change-list.ts", "or w.state <> ", "or w.state = 99 and w.state <> ")],
    caughtAs: "a row in doubt",
    what: "settle",
    under: "crashes",
  },
  {
    name: "deleted rows of what is kept are left",
    edits: [edit("settle/change-list.ts", "or w.state <> ", "or w.state <> 2 and w.state <> ")],
    caughtAs: "a row in doubt",
    what: "settle",
    under: "records left in doubt",
  },
  {
    name: "records of what is dropped are left",
    edits: [edit("settle/change-list.ts", "(d.tx is not null or w.state", "(w.state")],
    caughtAs: "should not be|is without",
    what: "settle",
    under: "plain",
  },
  {
    name: "decisions of what is dropped are left",
    edits: [
      edit(
        "settle/change-list.ts",
        'changes.add(place as number, { kind: "remove", key: key as string, found });',
        'if (changes.count < 0) changes.add(place as number, { kind: "remove", key: key as string, found });',
      ),
    ],
    caughtAs: "is called committed|dated after K",
    what: "settle",
    under: "plain",
  },
  {
    name: "what is kept is reckoned from the end of the second",
    edits: [
      edit(
        "settle/settling-times.ts",
        "    keptUntilMs,\n    oldMs,",
        "    keptUntilMs: keptUntilMs + SECOND_MS,\n    oldMs,",
      ),
    ],
    caughtAs: "dated after K|is without|is not there",
    what: "settle",
    under: "plain",
  },
  {
    name: "the bound on clocks is ignored",
    edits: [
      edit("settle/settling-times.ts", "    keptUntilMs,\n    oldMs,", "    keptUntilMs: cutMs,\n    oldMs,"),
    ],
    caughtAs: "dated after K|is without|is not there",
    what: "settle",
    under: "plain",
  },
  {
    name: "more is dropped than has to be",
    edits: [
      edit(
        "settle/settling-times.ts",
        "    keptUntilMs,\n    oldMs,",
        "    keptUntilMs: keptUntilMs - 2 * boundMs,\n    oldMs,",
      ),
    ],
    caughtAs: "is lost",
    what: "settle",
    under: "plain",
  },
  {
    name: "an ABORTED decision outranks a committed row",
    edits: [
      edit(
        "settle/standings.ts",
        "coalesce(min(decided), min(committed))\n",
        "iif(max(aborted) = 1, null, coalesce(min(decided), min(committed)))\n",
      ),
    ],
    caughtAs: "is lost|is without|refused as too old|is not there",
    what: "settle",
    under: "finished at once",
  },
  {
    name: "the records' own times outrank the decision's",
    edits: [
      edit(
        "settle/standings.ts",
        "coalesce(min(decided), min(committed))\n",
        "coalesce(max(committed), min(decided))\n",
      ),
    ],
    caughtAs: "is lost|refused as too old|is not there|should not be|settling it again",
    what: "settle",
    under: "records carry their own time",
  },
  {
    name: "two records of one asset are fine for one transaction",
    edits: [edit("settle/gather-signs.ts", "having count(*) > 1 order", "having count(*) > 99 order")],
    caughtAs: "two ages of one asset",
    what: "settle",
    under: "retried with the same nonce",
  },
  {
    name: "a record may be prepared after the decision",
    edits: [
      edit(
        "settle/gather-signs.ts",
        "max(w.prepared), min(w.name) from near_row w",
        "max(w.prepared), min(w.name) from (select * from near_row where 1 = 0) w",
      ),
    ],
    caughtAs: "prepared after it committed",
    what: "settle",
    under: "retried with the same nonce",
  },
  {
    name: "one-phase commits are not noticed",
    edits: [
      edit(
        "settle/gather-signs.ts",
        "decided is null and one_phase = 1 and",
        "decided is null and one_phase = 9 and",
      ),
    ],
    caughtAs: "committed at once",
    what: "settle",
    under: "one-phase commits",
  },
  {
    name: "decisions that are gone are not missed",
    edits: [
      edit(
        "settle/gather-signs.ts",
        "where t.decided is null and w.committed > ",
        "where t.decided = 0 and w.committed > ",
      ),
    ],
    caughtAs: "is gone",
    what: "settle",
    under: "near decisions removed",
  },
  {
    name: "decisions written late are not missed",
    edits: [edit("settle/settling-times.ts", "Math.min(oldMs, cutMs - TRACED_MS)", "oldMs")],
    caughtAs: "its decision is not",
    what: "settle",
    under: "late decisions",
  },
  {
    name: "group commits are not noticed",
    edits: [edit("settle/gather-signs.ts", "in_group = 1 and created >", "in_group = 9 and created >")],
    caughtAs: "in a group",
    what: "settle",
    under: "group commits",
  },
  {
    name: "records overwritten by what is dropped are not noticed",
    edits: [
      edit(
        "settle/gather-signs.ts",
        "select tx, name from near_row where kind",
        "select tx, name from near_row where 1 = 0 and kind",
      ),
    ],
    caughtAs: "has overwritten a record",
    what: "settle",
    under: "with Functions",
  },
  {
    name: "the later coordinator is not asked for deletes",
    edits: [
      edit(
        "settle/gather-signs.ts",
        "left join dropped d on d.tx = l.tx where l.created",
        "left join dropped d on d.tx = l.tx where 1 = 0 and l.created",
      ),
    ],
    caughtAs: "is not there",
    what: "settle",
    under: "with other transactions",
  },
  {
    name: "the guard is a quarter",
    edits: [
      edit(
        "verify/subject.ts",
        "return { fromMs: atSecond * SECOND_MS - guardMs, toMs: (lastSecond + 1) * SECOND_MS + guardMs };",
        "return { fromMs: atSecond * SECOND_MS - guardMs / 4, toMs: (lastSecond + 1) * SECOND_MS + guardMs / 4 };",
      ),
    ],
    caughtAs: "a broken copy was proven|a whole copy was disproven",
    what: "quiet",
    under: "plain",
  },
  {
    name: "the guard has no second in it",
    edits: [
      edit(
        "verify/subject.ts",
        "toMs: (lastSecond + 1) * SECOND_MS + guardMs };",
        "toMs: lastSecond * SECOND_MS - guardMs };",
      ),
    ],
    caughtAs: "a broken copy was proven|a whole copy was disproven",
    what: "quiet",
    under: "plain",
  },
  {
    name: "decisions written late are taken for quiet",
    edits: [edit("verify/obstacle.ts", "    lateWriteOf(evidence) ??\n", "")],
    caughtAs: "a broken copy was proven",
    what: "quiet",
    under: "records, late decisions",
  },
  {
    name: "one-phase commits are taken for quiet",
    edits: [edit("verify/obstacle.ts", "if (onePhase.count === 0)", "if (onePhase.count < 1e9)")],
    caughtAs: "a broken copy was proven",
    what: "quiet",
    under: "records, one-phase",
  },
  {
    name: "a commit just before the guard counts, one in it does not",
    edits: [
      edit(
        "verify/quiet-seconds.ts",
        "if (newest >= guard.fromMs || next <= guard.toMs) continue;",
        "if (newest >= guard.toMs || next <= guard.fromMs) continue;",
      ),
    ],
    caughtAs: "is called quiet",
    what: "quiet",
    under: "plain",
  },
  {
    name: "quiet seconds are told by half the guard",
    edits: [
      edit(
        "verify/quiet-seconds.ts",
        "const { fromSecond, toSecond, guardMs } = this.#asked;\n    const nextAfter",
        "const { fromSecond, toSecond, guardMs: whole } = this.#asked;\n    const guardMs = whole / 2;\n    const nextAfter",
      ),
    ],
    caughtAs: "is called quiet",
    what: "quiet",
    under: "plain",
  },
  {
    name: "what only the later coordinator knows is not undone",
    edits: [
      edit("settle/undone-tables.ts", "and (t.at is null or d.tx is not null);", "and d.tx is not null;"),
    ],
    caughtAs: "is not there|should not be|is without|not that of",
    what: "settle",
    under: "write sets, records only looked at",
  },
  {
    name: "a kept record may stand on a dropped one",
    edits: [
      edit(
        "settle/judge-record.ts",
        "  return after.atMs === undefined || atMs < after.atMs - 2 * boundMs;",
        "  return after.atMs === undefined || atMs < after.atMs + 2 * boundMs;",
      ),
    ],
    caughtAs: "not without a later one|not that of",
    what: "settle",
    under: "write sets, records only looked at",
  },
  {
    name: "kept writers since the earlier copy are not asked for",
    edits: [
      edit(
        "settle/undone-records.ts",
        "        keptBy: keptBy(name) as readonly KeptWriter[],",
        "        keptBy: (keptBy(name) as readonly KeptWriter[]).slice(0, 0),",
      ),
    ],
    caughtAs: "is not there|should not be|not that of",
    what: "settle",
    under: "write sets, few records",
  },
  {
    name: "the earlier row need not be that of the last kept writer",
    edits: [
      edit(
        "settle/judge-record.ts",
        "  if (!isOf(before, last, times))",
        "  if (last === undefined && !isOf(before, last, times))",
      ),
    ],
    caughtAs: "is not there|should not be|not that of",
    what: "settle",
    under: "write sets, few records",
  },
  {
    name: "earlier rows in doubt come back as they are",
    edits: [edit("settle/settle-records.ts", "finish: remedy.finish }", 'finish: { kind: "nothing" } }')],
    caughtAs: "a row in doubt",
    what: "settle",
    under: "write sets, records only looked at",
  },
  {
    name: "records that were not there are left",
    edits: [
      edit("settle/settle-records.ts", "if (found !== undefined) changes", "if (found === null) changes"),
    ],
    caughtAs: "should not be|a row in doubt",
    what: "settle",
    under: "write sets",
  },
  {
    name: "who may have read dropped records is kept",
    edits: [
      edit("settle/gather-signs.ts", "and coalesce(l.written, 1) > 0\n", "and coalesce(l.written, 1) < 0\n"),
    ],
    caughtAs: "has read what",
    what: "settle",
    under: "write sets, records only looked at",
  },
  {
    name: "a transaction without a write set is taken for one that wrote nothing",
    edits: [edit("settle/later-intake.ts", "own?.length ?? null", "own?.length ?? 0")],
    caughtAs: "is not there|should not be|not that of|has read what|settling it again",
    what: "settle",
    under: "write sets, but not all",
  },
];
