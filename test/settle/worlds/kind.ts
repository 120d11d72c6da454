/** What may go wrong in a world, and how much of it. Probabilities are of each step, or of each transaction. */
export interface Kind {
  readonly name: string;
  /** The bound on clocks that the deployment states: one of these. */
  readonly boundsMs: readonly [number, ...number[]];
  /** How far the clocks really are apart, in bounds. */
  readonly clocksTimes: number;
  /** Whether a writer's clock is set anew now and then. */
  readonly clocksStep: boolean;
  /** Transactions a second: one of these. */
  readonly rates: readonly [number, ...number[]];
  readonly crash: number;
  /** A step takes up to three seconds instead of some ms. */
  readonly stall: number;
  /** Seconds that the write of a coordinator row takes, at most, where it stalls. */
  readonly lateDecision: number;
  /** Readers that come upon records in doubt, a second. */
  readonly readers: number;
  readonly namespaces: number;
  /** Whether asset_metadata is not kept. */
  readonly direct: boolean;
  /** Ledger transactions that also write mutable records, by a Function. */
  readonly functions: number;
  /** Transactions over mutable records alone. */
  readonly users: number;
  /** How many mutable records there are. */
  readonly accounts: number;
  /** How many others those look at that write mutable records. */
  readonly looks: number;
  /** Decisions that say what was written. */
  readonly writeSets: number;
  readonly readOnly: number;
  readonly retries: number;
  readonly onePhase: number;
  readonly groups: boolean;
  /** `finish`: each is removed once its records are final; `old`: now and then all older ones. */
  readonly cleanUp: "none" | "finish" | "old" | "near" | "aborted";
  /** As ScalarDB 3.19 does: committed records carry the time of the decision. */
  readonly committedAsDecided: boolean;
}

const PLAIN: Kind = {
  name: "plain",
  boundsMs: [100, 250, 600],
  clocksTimes: 1,
  clocksStep: false,
  rates: [0.5, 2, 6],
  crash: 0,
  stall: 0.02,
  lateDecision: 0,
  readers: 3,
  namespaces: 1,
  direct: false,
  functions: 0,
  users: 0,
  accounts: 5,
  looks: 0,
  writeSets: 0,
  readOnly: 0.05,
  retries: 0,
  onePhase: 0,
  groups: false,
  cleanUp: "none",
  committedAsDecided: true,
};

const CRASHES: Kind = { ...PLAIN, name: "crashes", crash: 0.02, readers: 6 };

/** Of ledgers: what settling is for. */
export const LEDGER_KINDS: readonly Kind[] = [
  PLAIN,
  CRASHES,
  { ...PLAIN, name: "late decisions", lateDecision: 3, crash: 0.01 },
  { ...CRASHES, name: "clocks are set", clocksStep: true },
  { ...CRASHES, name: "records carry their own time", committedAsDecided: false },
  { ...CRASHES, name: "several namespaces", namespaces: 3 },
  { ...CRASHES, name: "direct access", direct: true },
  { ...CRASHES, name: "finished at once", cleanUp: "finish", stall: 0.04 },
  { ...CRASHES, name: "old decisions removed", cleanUp: "old" },
  { ...CRASHES, name: "near decisions removed", cleanUp: "near" },
  { ...CRASHES, name: "aborted decisions removed", cleanUp: "aborted" },
  { ...CRASHES, name: "retried with the same nonce", retries: 0.15 },
  { ...CRASHES, name: "one-phase commits", onePhase: 0.2 },
  { ...CRASHES, name: "busy and slow", rates: [15], stall: 0.08, lateDecision: 1 },
  { ...CRASHES, name: "with Functions", functions: 0.4 },
  { ...CRASHES, name: "with other transactions", functions: 0.2, users: 0.3, cleanUp: "old" },
  { ...CRASHES, name: "group commits", users: 0.3, groups: true },
];

const LOGGED: Kind = {
  ...CRASHES,
  name: "write sets",
  rates: [0.3, 1, 3],
  functions: 0.4,
  users: 0.3,
  accounts: 40,
  writeSets: 1,
};

/** Of mutable tables whose coordinator says what was written: what earlier copies are for. */
export const LOGGED_KINDS: readonly Kind[] = [
  LOGGED,
  { ...LOGGED, name: "write sets, few records", accounts: 5 },
  { ...LOGGED, name: "write sets, clocks are set", clocksStep: true },
  { ...LOGGED, name: "write sets, late decisions", lateDecision: 3 },
  {
    ...LOGGED,
    name: "write sets, records left in doubt",
    crash: 0.05,
    readers: 0.5,
    rates: [3],
    accounts: 10,
  },
  {
    ...LOGGED,
    name: "write sets, records only looked at",
    boundsMs: [600],
    rates: [4],
    crash: 0,
    users: 0.6,
    accounts: 30,
    looks: 4,
  },
  { ...LOGGED, name: "write sets, records carry their own time", committedAsDecided: false },
  { ...LOGGED, name: "write sets, but not all", writeSets: 0.7, accounts: 8 },
  { ...LOGGED, name: "write sets, aborted decisions removed", cleanUp: "aborted", accounts: 20 },
];

/** Of mutable tables, with a ledger beside them or without: what quiet seconds are for. */
export const MUTABLE_KINDS: readonly Kind[] = [
  { ...PLAIN, name: "records", users: 1, rates: [0.3, 1, 3] },
  { ...CRASHES, name: "records and crashes", users: 1, rates: [0.3, 1, 3] },
  {
    ...CRASHES,
    name: "records, late decisions",
    users: 1,
    boundsMs: [100],
    rates: [0.3, 1],
    lateDecision: 3,
  },
  { ...CRASHES, name: "records left in doubt", users: 1, rates: [0.3, 1], crash: 0.05, readers: 0.2 },
  { ...CRASHES, name: "records, clocks are set", users: 1, rates: [0.3, 1, 3], clocksStep: true },
  { ...CRASHES, name: "records, one-phase", users: 1, rates: [0.3, 1], onePhase: 0.3 },
  { ...CRASHES, name: "records, finished at once", users: 1, rates: [0.3, 1], cleanUp: "finish" },
  { ...CRASHES, name: "records, near decisions removed", users: 1, rates: [0.3, 1], cleanUp: "near" },
  { ...CRASHES, name: "records, old decisions removed", users: 1, rates: [0.3, 1], cleanUp: "old" },
  { ...CRASHES, name: "records, group commits", users: 1, rates: [0.3, 1], groups: true },
  { ...CRASHES, name: "records and a ledger", users: 0.5, functions: 0.5, rates: [0.3, 1] },
];
