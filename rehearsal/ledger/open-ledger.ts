import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { certificateOf, type Identity, seededIdentity, signRegistration } from "./identity.ts";
import { executeTransfer, type Ledger, TOUCH_FUNCTION, TRANSFER_CONTRACT } from "./ledger.ts";
import {
  ACCOUNT,
  CERTIFICATE,
  CONTRACT,
  CONTRACT_CLASS,
  COORDINATOR_STATE,
  FUNCTION,
  LEDGER_TABLES,
} from "./ledger-tables.ts";
import type { Condition } from "./mutation.ts";
import { type LedgerEndpoint, openDatabase } from "./open-storage.ts";
import { seededRandom } from "./random.ts";
import { RECOVERY_EXPIRY_MS } from "./recovery.ts";
import type { SchemaOptions } from "./schema.ts";
import type { Storage } from "./storage.ts";
import { type Columns, keyOf, type Table } from "./table.ts";
import { MOST_MOVES, type Transfer } from "./transfer.ts";
import { blob, number, text } from "./value.ts";
import { COORDINATOR_STATE_WITH_WRITE_SETS } from "./write-set.ts";

export interface OpeningOptions extends SchemaOptions {
  readonly endpoint: LedgerEndpoint;
  /** Keys, ids and random choices come from it. */
  readonly seed: string;
  readonly assets: number;
  /** What each asset holds at the start. */
  readonly balance: number;
  /** No Function mirrors the assets: no records are there that change in place. */
  readonly assetsOnly?: boolean;
  readonly logsWriteSets?: boolean;
}

/** The entity in whose name the rehearsal's contracts run. */
const ENTITY = "rehearsal";
const CONTRACT_BINARY = "com.example.contract.Transfer";
const FUNCTION_BINARY = "com.example.function.Touch";
const CLASS_FILE_MAGIC = Buffer.of(0xca, 0xfe, 0xba, 0xbe);

export function ledgerIdentity(seed: string): Identity {
  return seededIdentity(ENTITY, seed);
}

/**
 * Names of assets: most are plain, some are not ASCII or hold a separator, as names in real ledgers do. In Cosmos DB a
 * slash cannot be part of a key.
 */
export function assetIds(count: number, separator: "/" | "-" = "/"): readonly string[] {
  return Array.from({ length: count }, (_, position) => {
    if (position % 20 === 7) return `アカウント-${position}`;
    return position % 20 === 13 ? `accté${separator}${position}` : `acct-${position}`;
  });
}

/** Creates the tables of a new ledger, registers its contract, and pays in the opening balances. */
export async function openLedger(options: OpeningOptions): Promise<readonly string[]> {
  const database = await openDatabase(options.endpoint);
  try {
    await database.createSchema(tablesOf(options), options);
    const storage = database.openStorage({ prefix: options.prefix, grouping: "each-record" });
    const identity = ledgerIdentity(options.seed);
    await register(storage, identity);
    const { logsWriteSets = false } = options;
    const recovery = { now: Date.now, expiryMs: RECOVERY_EXPIRY_MS, logsWriteSets };
    return await payIn({ storage, identity, recovery }, options);
  } finally {
    await database.close();
  }
}

function tablesOf({ assetsOnly, logsWriteSets }: OpeningOptions): readonly Table[] {
  return LEDGER_TABLES.filter((table) => table !== ACCOUNT || !assetsOnly).map((table) =>
    table === COORDINATOR_STATE && logsWriteSets ? COORDINATOR_STATE_WITH_WRITE_SETS : table,
  );
}

/** A ledger keeps the byte code of contracts; the rehearsal's is in this folder, so a stand-in is kept. */
async function register(storage: Storage, identity: Identity): Promise<void> {
  const { entityId, keyVersion } = identity;
  const registered = { registered_at: number(Date.now()) };
  const code = (name: string) => Buffer.concat([CLASS_FILE_MAGIC, Buffer.from(name)]);
  await put(storage, CERTIFICATE, {
    holder_id: text(entityId),
    version: number(keyVersion),
    pem: text(certificateOf(identity)),
    ...registered,
  });
  const contractCode = { binary_name: text(CONTRACT_BINARY), byte_code: blob(code(CONTRACT_BINARY)) };
  await put(storage, CONTRACT_CLASS, contractCode, { condition: { kind: "absent" } });
  const signature = signRegistration(identity, TRANSFER_CONTRACT, CONTRACT_BINARY, code(CONTRACT_BINARY));
  const contract = {
    cert_holder_id: text(entityId),
    cert_version: number(keyVersion),
    id: text(TRANSFER_CONTRACT),
    binary_name: text(CONTRACT_BINARY),
    ...registered,
    signature: blob(signature),
  };
  await put(storage, CONTRACT, contract, { cleared: ["properties"] });
  await put(storage, FUNCTION, {
    id: text(TOUCH_FUNCTION),
    binary_name: text(FUNCTION_BINARY),
    byte_code: blob(code(FUNCTION_BINARY)),
    ...registered,
  });
}

async function put(
  storage: Storage,
  table: Table,
  columns: Columns,
  { condition = { kind: "none" }, cleared = [] }: { condition?: Condition; cleared?: readonly string[] } = {},
): Promise<void> {
  await storage.mutate([{ kind: "put", table, key: keyOf(table, columns), columns, cleared, condition }]);
}

/** The transfers touch different assets, so they need not wait for each other. */
async function payIn(ledger: Ledger, options: OpeningOptions): Promise<readonly string[]> {
  const random = seededRandom(`${options.seed} opening`);
  const ids = assetIds(options.assets, isCosmosdb(options.endpoint) ? "-" : "/");
  const groups = Array.from({ length: Math.ceil(ids.length / MOST_MOVES) }, (_, position) =>
    ids.slice(position * MOST_MOVES, (position + 1) * MOST_MOVES),
  );
  await Promise.all(groups.map((group) => payInto(ledger, group, options, random.uuid())));
  return ids;
}

function isCosmosdb(endpoint: LedgerEndpoint): boolean {
  return "kind" in endpoint && endpoint.kind === "cosmosdb";
}

async function payInto(
  ledger: Ledger,
  ids: readonly string[],
  { balance, assetsOnly }: OpeningOptions,
  nonce: string,
): Promise<void> {
  const moves = ids.map((id) => ({ id, delta: balance }));
  const mirror: Transfer["mirror"] = assetsOnly ? { kind: "none" } : { kind: "touch", remove: [] };
  const transfer: Transfer = { nonce, moves, mirror };
  const outcome = await executeTransfer(ledger, transfer);
  if (outcome.kind !== "committed") {
    throw new StillpointError(
      "REHEARSAL_FAILED",
      `the opening balances of "${ids.join('", "')}" could not be paid in: "${outcome.kind}". The tables are new; delete them`,
    );
  }
}
