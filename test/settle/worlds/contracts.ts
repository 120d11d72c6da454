import type { Row } from "../../../shared/verify/row-source.ts";
import { commit, commitAtOnce, type Read, read } from "./commit.ts";
import { ACCOUNT, assetColumns, assetTable, metadataTable } from "./rows.ts";
import type { Attempt, Item } from "./store.ts";
import type { Process, Steps, World } from "./world.ts";

const ASSETS = 6;

interface AssetName {
  readonly namespace: string;
  readonly id: string;
}

/** What a client asks for: the same again where it tries again. */
export interface Request {
  readonly id: string;
  readonly writes: readonly AssetName[];
  readonly reads: readonly AssetName[];
  readonly accounts: readonly string[];
  /** Those that it only reads. */
  readonly looks: readonly string[];
  readonly atOnce: boolean;
}

export function requestOf(world: World): Request {
  const { chance, kind } = world;
  const number = world.nextNumber();
  const isUser = chance.flip(kind.users);
  const isReader = !isUser && chance.flip(kind.readOnly);
  const name = (): AssetName => ({
    namespace: chance.pick([...world.namespaces]),
    id: `acct-${chance.below(ASSETS)}`,
  });
  const assets = new Map<string, AssetName>();
  const wanted = isUser ? 0 : 1 + chance.below(4);
  for (let index = 0; index < wanted; index += 1) {
    const each = name();
    assets.set(`${each.namespace} ${each.id}`, each);
  }
  const all = [...assets.values()];
  const written = isReader ? 0 : Math.max(1, chance.below(all.length + 1));
  const owner = () => `owner-${chance.below(kind.accounts)}`;
  const accounts = isUser || chance.flip(kind.functions) ? 1 + chance.below(3) : 0;
  return {
    id: isUser && kind.groups ? `group-${number}$child` : `nonce-${number}`,
    writes: all.slice(0, written),
    reads: all.slice(written),
    accounts: isReader ? [] : [...new Set(Array.from({ length: accounts }, owner))],
    atOnce: chance.flip(kind.onePhase),
    looks: accounts > 0 ? Array.from({ length: kind.looks }, owner) : [],
  };
}

/** Runs a request as a ledger does: reads everything, composes the records, commits. */
export function* execute(world: World, process: Process, request: Request): Steps {
  const attempt: Attempt = {
    id: request.id,
    reads: new Map(),
    writes: new Map(),
    createdMs: undefined,
    decidedMs: undefined,
  };
  world.attempts.push(attempt);
  const held = new Map<Item, Row | undefined>();
  const take = (item: Item): Read | "conflict" => {
    const taken = read(world, process, attempt, item);
    if (taken !== "conflict") held.set(item, taken.row);
    return taken;
  };
  const assets = [];
  for (const name of [...request.writes, ...request.reads]) {
    const latest = yield* latestOf(world, name, take);
    if (latest === "conflict") return;
    assets.push({ ...name, ...latest });
  }
  for (const owner of request.accounts) {
    yield world.pace();
    const taken = take(world.store.item(ACCOUNT, { owner }));
    if (taken === "conflict") return;
    attempt.writes.set(taken.item, accountColumns(world, taken.row));
  }
  for (const owner of request.looks) if (take(world.store.item(ACCOUNT, { owner })) === "conflict") return;
  const input = inputOf(assets);
  for (const asset of assets.slice(0, request.writes.length)) {
    const key = { id: asset.id, age: asset.age + 1 };
    const balance = world.chance.below(1000);
    const functions = request.accounts.length > 0;
    const record = assetColumns(key, attempt, { input, balance, previous: asset.row, functions });
    const item = world.store.item(assetTable(asset.namespace), key);
    attempt.writes.set(item, record);
    if (asset.metadata !== undefined) attempt.writes.set(asset.metadata, { latest_age: asset.age + 1 });
  }
  yield world.pace();
  const how = request.atOnce && attempt.writes.size > 0 ? commitAtOnce : commit;
  yield* how(world, process, attempt, held);
}

/** The newest record of an asset, found by its metadata, or by looking for the highest age. */
function* latestOf(
  world: World,
  { namespace, id }: AssetName,
  take: (item: Item) => Read | "conflict",
): Steps<{ age: number; row: Row | undefined; metadata: Item | undefined } | "conflict"> {
  yield world.pace();
  const recordOf = (age: number) => world.store.item(assetTable(namespace), { id, age });
  if (world.kind.direct) {
    let age = 0;
    while (recordOf(age).versions.at(-1)?.row !== undefined) age += 1;
    const next = take(recordOf(age));
    const found = age === 0 ? undefined : take(recordOf(age - 1));
    if (next === "conflict" || found === "conflict") return "conflict";
    return { age: age - 1, row: found?.row, metadata: undefined };
  }
  const metadata = take(world.store.item(metadataTable(namespace), { asset_id: id }));
  if (metadata === "conflict") return "conflict";
  if (metadata.row === undefined) return { age: -1, row: undefined, metadata: metadata.item };
  const age = Number(metadata.row["latest_age"]);
  yield world.pace();
  const found = take(recordOf(age));
  return found === "conflict" || found.row === undefined
    ? "conflict"
    : { age, row: found.row, metadata: metadata.item };
}

/** Inserts, changes, deletes; what was deleted may come again. */
function accountColumns({ chance }: World, row: Row | undefined): Row | undefined {
  return row !== undefined && chance.flip(0.3) ? undefined : { balance: chance.below(1000) };
}

/** The read set as the ledger writes it: of the first version where all is in the default namespace. */
function inputOf(assets: readonly (AssetName & { readonly age: number })[]): string {
  const there = assets.filter(({ age }) => age >= 0);
  const grouped = Map.groupBy(there, ({ namespace }) => namespace);
  const agesIn = (some: typeof there) => Object.fromEntries(some.map(({ id, age }) => [id, { age }]));
  if ([...grouped.keys()].every((namespace) => namespace === "default")) return JSON.stringify(agesIn(there));
  const all = [...grouped].map(([namespace, some]) => [namespace, agesIn(some)]);
  return JSON.stringify({ ...Object.fromEntries(all), _version: 2 });
}
