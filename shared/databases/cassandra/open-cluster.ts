import type { CassandraDatabaseSettings } from "../../config/config.ts";
import type { Environment } from "../../config/tls-material.ts";
import { codeOf } from "../../errors/stillpoint-error.ts";
import { passwordOf } from "../password.ts";
import { probeNodeClock } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import { askAnyNode, type Cql, type CqlAddress, type CqlNode } from "./cql.ts";
import { describeCluster } from "./describe.ts";
import { lookAtIndexes } from "./look-at-indexes.ts";
import { openCql } from "./open-cql.ts";
import { readCqlSchemas } from "./row-schema.ts";
import { scanCqlTable } from "./rows.ts";

export function openCluster(settings: CassandraDatabaseSettings, env: Environment): Cluster {
  const cql = openCql(addressOf(settings, env));
  // Every other node has a clock of its own.
  const timekeeper = onceKnown(async () => anyNode(cql, async (node) => node));
  const partitioner = onceKnown(async () => anyNode(cql, partitionerOf));
  return {
    describe: () => anyNode(cql, describeCluster),
    probeClock: async (now, probe) => probeNodeClock(await timekeeper(), now, probe),
    schemas: (namespaces) => anyNode(cql, (node) => readCqlSchemas(node, namespaces)),
    scan: async function* (schema, segment, segments) {
      yield* scanCqlTable(cql, schema, { segment, segments, partitioner: await partitioner() });
    },
    indexes: async () => lookAtIndexes(cql, await partitioner()),
    close: cql.close,
  };
}

function addressOf(settings: CassandraDatabaseSettings, env: Environment): CqlAddress {
  const { name, contactPoints, port, dataCenter, credentials, tls } = settings;
  return {
    contactPoints,
    port,
    ...(dataCenter !== undefined && { dataCenter }),
    ...(credentials && {
      credentials: {
        user: credentials.user,
        password: passwordOf({ name, password: credentials.password }, env),
      },
    }),
    tls,
  };
}

/** A node that does not answer is one thing, what a node says another: that would be the same elsewhere. */
function anyNode<T>(cql: Cql, ask: (node: CqlNode) => Promise<T>): Promise<T> {
  return askAnyNode(cql, ask, (error) => codeOf(error) === "DATABASE_UNREACHABLE");
}

function onceKnown<T>(ask: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

async function partitionerOf(node: CqlNode): Promise<string> {
  const [row] = await node.query("SELECT partitioner FROM system.local");
  return String(row?.["partitioner"]);
}
