interface Row {
  /** Exit status of the command line. 1 is left to the shell and to crashes. */
  readonly exit: number;
  /** What it means for the backup, the restore or the command. */
  readonly meaning: string;
  /** The next thing to do, as a command where there is one. */
  readonly next: string;
}

/** Every error that Stillpoint reports on purpose. README.md carries the same table; a test compares them. */
export const ERRORS = {
  USAGE: {
    exit: 2,
    meaning: "The command line was not understood; nothing was done.",
    next: "stillpoint help",
  },
  CONFIG_INVALID: {
    exit: 3,
    meaning: "The configuration file is missing or has problems; nothing was done.",
    next: "Mend what the message names; every problem of the file is named by: stillpoint config check",
  },
  DEPLOYMENT_UNKNOWN: {
    exit: 4,
    meaning: "No such deployment is configured, or several are and none was named; nothing was done.",
    next: "Repeat the command with one of the deployments that the message names",
  },
  CATALOG_UNREADABLE: {
    exit: 10,
    meaning: "The catalog cannot be read or written.",
    next: "Check the catalog's path or table and the permissions, then repeat the command",
  },
  CATALOG_NEWER: {
    exit: 11,
    meaning: "A newer version of Stillpoint wrote this record; this version does not touch it.",
    next: "Update Stillpoint, then repeat the command",
  },
  CATALOG_DAMAGED: {
    exit: 12,
    meaning: "A record of the catalog cannot be parsed, or a part of it is missing; nothing was changed.",
    next: "Restore what the message names from a copy, or move it away if it was never complete",
  },
  CATALOG_CONFLICT: {
    exit: 13,
    meaning: "Another process changed the same record first.",
    next: "stillpoint status",
  },
  LEASE_HELD: {
    exit: 14,
    meaning: "Another backup or restore of this deployment is under way; nothing was paused or changed.",
    next: "stillpoint status",
  },
  JOURNAL_DIVERGED: {
    exit: 15,
    meaning: "The journal of the run does not fit what this version would do; nothing more was changed.",
    next: "Resume with the version that began the run, or: stillpoint restore abandon RUN",
  },
  NOT_FOUND: {
    exit: 16,
    meaning: "The catalog holds no such record; nothing was changed.",
    next: "stillpoint list --all --runs",
  },
  CATALOG_NOT_EMPTY: {
    exit: 17,
    meaning: "The catalog holds records already, and nothing is ever written over them; nothing was written.",
    next: "Name an empty catalog in the configuration; or, to add what is absent: stillpoint catalog import FILE --merge",
  },
  INSTANCES_NOT_FOUND: {
    exit: 20,
    meaning:
      "The instances could not be discovered, or their list cannot be trusted; nothing further was changed.",
    next: "Check the component's addresses, SRV name or Helm release, then: stillpoint status",
  },
  INSTANCE_UNREACHABLE: {
    exit: 21,
    meaning: "An instance did not answer on its admin port, so nothing was paused.",
    next: "Check the address, the TLS settings and the network, then: stillpoint status",
  },
  ALREADY_PAUSED: {
    exit: 22,
    meaning: "An instance was paused already, by somebody else; it was left alone and nothing was paused.",
    next: "Find who paused it; if nobody did: stillpoint unpause",
  },
  PAUSE_UNSETTLED: {
    exit: 19,
    meaning: "An earlier pause of these instances is not settled yet; nothing was paused.",
    next: "stillpoint sweep, again until it says that the pause is closed; then: stillpoint backup",
  },
  WINDOW_INVALID: {
    exit: 23,
    meaning: "The pause window must not be used; no restore point was recorded. The instances were unpaused.",
    next: "Read the reasons, then: stillpoint backup",
  },
  STILL_PAUSED: {
    exit: 24,
    meaning: "Instances may still be paused: an outage until they are unpaused.",
    next: "stillpoint unpause; if an instance does not answer, restart it (a restarted instance is open)",
  },
  INTERRUPTED: {
    exit: 25,
    meaning: "The command was interrupted; whatever it had paused was unpaused first.",
    next: "stillpoint status",
  },
  CLOCK_UNMEASURED: {
    exit: 26,
    meaning: "The database's clock could not be measured against ours, so nothing was paused.",
    next: "Check the database's endpoint and permissions and this host's clock, then: stillpoint backup",
  },
  NOT_PROTECTED: {
    exit: 27,
    meaning: "A backup would be worthless, since a database could not be restored to it; nothing was paused.",
    next: "Mend what the message names, such as a missing right or a recovery that is off, then: stillpoint backup",
  },
  PREPARATION_TIMED_OUT: {
    exit: 28,
    meaning:
      "Preparing the backup took so long that the pause could not be ended in time; nothing was paused.",
    next: "stillpoint backup",
  },
  GUARD_NOT_STARTED: {
    exit: 29,
    meaning: "The process that opens the gates if the backup dies did not come to life; nothing was paused.",
    next: "stillpoint sweep, which shows what keeps a sweep from its work; then: stillpoint backup",
  },
  DATABASE_UNREACHABLE: {
    exit: 30,
    meaning: "The database did not answer; nothing further was changed.",
    next: "Check region, endpoint, credentials and network, then repeat the command",
  },
  DATABASE_DENIED: {
    exit: 31,
    meaning: "The database refused a call for lack of permission; nothing further was changed.",
    next: "Grant the named action, or provide credentials, then repeat the command",
  },
  DATABASE_REFUSED: {
    exit: 32,
    meaning: "The database refused a call; what a restore had done before is in its run's journal.",
    next: "Mend what the message names, then repeat the command; a restore goes on with: stillpoint restore resume RUN",
  },
  PARTS_UNREADABLE: {
    exit: 33,
    meaning:
      "The parts of a verification cannot be written or read, or there is no room for them; nothing further was changed.",
    next: "Check verification.parts of the configuration and the free space, then repeat the command; a restore goes on with: stillpoint restore resume RUN",
  },
  DUMP_FAILED: {
    exit: 34,
    meaning: "A dump did not come to its end; its restore point cannot be used, and no part of it was kept.",
    next: "Mend what the message names, then: stillpoint backup",
  },
  DUMP_DAMAGED: {
    exit: 35,
    meaning: "A stored dump is gone, or is not what was stored; no database was touched.",
    next: "Bring the dump back from a copy, then: stillpoint restore resume RUN; or stillpoint restore abandon RUN, and plan with another restore point",
  },
  LOAD_FAILED: {
    exit: 36,
    meaning: "A dump could not be loaded beside the original, which was not touched.",
    next: "Mend what the message names, then: stillpoint restore resume RUN",
  },
  COMMAND_FAILED: {
    exit: 38,
    meaning:
      "The command that ran inside the pause failed or was ended; no restore point was recorded. The instances were unpaused.",
    next: "Mend what the command says, and remove what it left half-made; then: stillpoint backup --run 'COMMAND'",
  },
  SNAPSHOT_FAILED: {
    exit: 37,
    meaning:
      "A snapshot was not taken, or nobody knows whether it was; its restore point cannot be used, and what is taken later is of no use either.",
    next: "Mend what the message names, then: stillpoint backup",
  },
  PLAN_REFUSED: {
    exit: 40,
    meaning: "The restore cannot be carried out as things are; nothing was touched.",
    next: "Mend what the reasons name, or take another point or time; then: stillpoint plan --at TIME",
  },
  PLAN_OUTDATED: {
    exit: 41,
    meaning: "The world is no longer as it was when the plan was made; the step was not carried out.",
    next: "stillpoint restore abandon RUN, then: stillpoint plan --at TIME",
  },
  CONFIRMATION_NEEDED: {
    exit: 42,
    meaning: "The restore would replace what the ledger works on and was not confirmed; nothing was touched.",
    next: "Repeat the command with --confirm and the deployment's name",
  },
  INSTANCES_RUNNING: {
    exit: 43,
    meaning:
      "Instances still answer, or cannot be asked; a restore under them would be corrupted. Nothing more was deleted or renamed.",
    next: "Stop the instances, then: stillpoint restore resume RUN",
  },
  NO_RESTORE_POINT: {
    exit: 44,
    meaning: "There is no restore point that fits; nothing was touched.",
    next: "stillpoint list, or on DynamoDB a second at which nobody paused: stillpoint plan --nearest TIME",
  },
  COPY_DISPROVEN: {
    exit: 45,
    meaning: "The restored copy is torn or damaged. The originals were not touched.",
    next: "stillpoint restore abandon RUN, then plan with an earlier restore point",
  },
  COPY_DIFFERS: {
    exit: 46,
    meaning:
      "What was read back differs from the verified copy. What the run has made, and what it has kept, is there still.",
    next: "stillpoint restore resume RUN",
  },
  NO_QUIET_SECOND: {
    exit: 54,
    meaning:
      "No second in the span was quiet, or none was proven so by its copies. The originals were not touched.",
    next: "Look from an earlier time with --nearest TIME, or for a ledger: stillpoint plan --at TIME --settle",
  },
  SETTLE_REFUSED: {
    exit: 55,
    meaning:
      "These tables cannot be settled, not at this time, or not with this bound on the clocks; nothing was touched.",
    next: "Mend what the reasons name, or restore a point that rests on a pause, or a quiet second: stillpoint plan --nearest TIME",
  },
  SETTLE_OLD: {
    exit: 56,
    meaning:
      "Settling would drop a transaction that was committed long before the second: the copy lacks what it needs. The originals were not touched.",
    next: "stillpoint restore abandon RUN, then plan with an earlier time, or a quiet second: stillpoint plan --nearest TIME",
  },
  SETTLE_RETRIED: {
    exit: 57,
    meaning:
      "A transaction id was used twice, as when a client tries again after an unknown outcome; what is whole cannot be told. The originals were not touched.",
    next: "stillpoint restore abandon RUN, then plan with another time, or a quiet second: stillpoint plan --nearest TIME",
  },
  SETTLE_ONE_PHASE: {
    exit: 58,
    meaning:
      "One-phase commits near the second leave no trace in the coordinator. The originals were not touched.",
    next: "stillpoint restore abandon RUN, then restore a point that rests on a pause: stillpoint list",
  },
  SETTLE_PURGED: {
    exit: 59,
    meaning:
      "Rows of the coordinator are gone that the last seconds before the time need: a clean-up, or another coordinator. The originals were not touched.",
    next: "stillpoint restore abandon RUN, then plan with another time, or restore a point that rests on a pause: stillpoint list",
  },
  SETTLE_GROUP_COMMIT: {
    exit: 67,
    meaning:
      "Transactions near the second were committed in groups, which no Ledger does: the coordinator is shared. The originals were not touched.",
    next: "stillpoint restore abandon RUN, then look for a quiet second: stillpoint plan --nearest TIME",
  },
  SETTLE_CLOCKS: {
    exit: 68,
    meaning:
      "The rows show that the clocks were farther apart than the bound says. The originals were not touched.",
    next: "stillpoint restore abandon RUN; find out how far apart they were, set pause.scalarClockBound, and plan again",
  },
  SETTLE_UNRESOLVED: {
    exit: 69,
    meaning:
      "Records that can change were written by transactions that are dropped, and nothing says what they were before. The originals were not touched.",
    next: "stillpoint restore abandon RUN, then take the quiet second that the message names, or another: stillpoint plan --nearest TIME",
  },
  RESTORE_BLOCKED: {
    exit: 50,
    meaning:
      "Something stands in the way of a restore that may have deleted or renamed originals already; it has stopped.",
    next: "Do what the message says, then: stillpoint restore resume RUN",
  },
  ABANDON_REFUSED: {
    exit: 51,
    meaning:
      "What the run has made may be the only copy, or is in the original's place by now; it was not abandoned.",
    next: "stillpoint restore resume RUN; where that is refused too: stillpoint restore abandon RUN --keep-copies",
  },
  ABANDON_UNFINISHED: {
    exit: 52,
    meaning: "The run is being abandoned and part of its copies is gone, so it cannot be resumed.",
    next: "stillpoint restore abandon RUN",
  },
  NODES_RUNNING: {
    exit: 53,
    meaning: "Cassandra still answers on a node, or nobody can tell; nothing was restored to it.",
    next: "Stop Cassandra on every node and move its directories aside, then: stillpoint restore resume RUN",
  },
  RUN_FINISHED: {
    exit: 47,
    meaning: "The run has ended already; nothing was changed.",
    next: "stillpoint show RUN",
  },
  VERIFICATION_FAILED: {
    exit: 48,
    meaning: "The live tables hold damage that no restore made.",
    next: "Read the findings; stop writing to the named assets before they spread",
  },
  TIMED_OUT: {
    exit: 49,
    meaning: "A step did not end within its limit; what was done so far is in the run's journal.",
    next: "stillpoint restore resume RUN",
  },
  BACKUP_LATE: {
    exit: 61,
    meaning: "A scheduled backup could not begin until long after its time; nothing was paused.",
    next: "stillpoint backup, where a pause does no harm now; else wait for the next one, and find what delayed it",
  },
  SWEEP_SILENT: {
    exit: 62,
    meaning:
      "No sweep is alive that would open the instances if the backup's host died, so nothing was paused.",
    next: "On AWS or Azure look at the alarms and the log of the sweep function; elsewhere, on another host: stillpoint sweep --watch",
  },
  REQUEST_INVALID: {
    exit: 63,
    meaning: "An event or an invocation was not understood; nothing was done.",
    next: "Mend what the message names, and send it again",
  },
  APPROVAL_REFUSED: {
    exit: 64,
    meaning: "The approval does not fit the plan or comes too late; nothing was approved or changed.",
    next: "Look at the plan as it is, and approve its digest: stillpoint show RUN",
  },
  NOT_APPROVED: {
    exit: 65,
    meaning: "Nobody approved the restore in time; it has ended, and nothing was touched.",
    next: "Ask for the restore again",
  },
  EVENT_UNDELIVERED: {
    exit: 66,
    meaning: "The event bus or topic did not take an event; what it tells of has happened all the same.",
    next: "stillpoint status; then check the bus or topic, who may write to it, and the network of the function",
  },
  REHEARSAL_FAILED: {
    exit: 60,
    meaning: "The rehearsal did not reach its verdict; nothing outside its own folder was touched.",
    next: "Read the message; repeat with: npm start -- --keep",
  },
  INTERNAL: {
    exit: 70,
    meaning: "A defect of Stillpoint, or something it did not foresee.",
    next: "stillpoint status; then report the message",
  },
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof ERRORS;
