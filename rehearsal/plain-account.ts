import type { CosmosClient } from "@azure/cosmos";
import type { CosmosdbDatabaseSettings } from "../shared/config/config.ts";
import { cosmosdbsOf } from "../shared/config/databases-of.ts";
import { loadConfig } from "../shared/config/load-config.ts";
import { readSchemas } from "../shared/databases/cosmosdb/row-schema.ts";
import { scanContainer } from "../shared/databases/cosmosdb/rows.ts";
import { namespacesOf } from "../shared/deployment/open-deployment.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import type { VerificationReport } from "../shared/verify/report.ts";
import type { RowSource } from "../shared/verify/row-source.ts";
import { verifyCopy } from "../shared/verify/verify-copy.ts";
import { accountsByHand } from "./accounts-by-hand.ts";
import type { RehearsalCosmosdb } from "./cosmosdb/cosmosdb.ts";
import { cosmosdbClient } from "./ledger/cosmosdb/endpoint.ts";
import { MUTATE } from "./ledger/cosmosdb/storage.ts";
import { cosmosdbTotals } from "./ledger/cosmosdb/totals.ts";
import { ASSET } from "./ledger/ledger-tables.ts";
import type { PlainCopy } from "./rehearsal-world.ts";

interface Original {
  readonly cosmosdb: RehearsalCosmosdb;
  readonly config: string;
  readonly account: string;
}

/** The account to a second: Cosmos DB promises no single instant inside it. */
export async function plainAccount(
  { cosmosdb, config, account: source }: Original,
  second: number,
  tries: number,
): Promise<PlainCopy> {
  const byHand = accountsByHand(cosmosdb);
  const target = `${source}-plain${tries}`;
  await byHand.restore({ source, target, second });
  await byHand.makeStrong(target);
  const { documentEndpoint: url } = cosmosdb.account(target);
  const key = await byHand.keyOf(target);
  const client = cosmosdbClient({ kind: "cosmosdb", url, key, ca: cosmosdb.caCertificate });
  try {
    return {
      what: `All of ${source}, as account ${target}, restored to ${new Date(second * 1000).toISOString()}, a second under load:`,
      totals: await cosmosdbTotals(client),
      report: await verified(client, { target, second, database: databaseOf(config) }),
      contradictions: [],
      remarks: await withoutProcedure(client),
    };
  } finally {
    client.dispose();
  }
}

interface Copy {
  readonly target: string;
  readonly second: number;
  readonly database: CosmosdbDatabaseSettings;
}

async function verified(
  client: CosmosClient,
  { target, second, database }: Copy,
): Promise<VerificationReport> {
  const reading = { data: async () => client };
  const namespaces = namespacesOf(database);
  const where = { account: target, metadataNamespace: database.metadataNamespace, namespaces };
  const source: RowSource = {
    tables: await readSchemas(reading, where),
    scan: (table, segment, segments) => scanContainer(reading, table, segment, segments),
  };
  const subject = { kind: "restored", atSecond: second } as const;
  return verifyCopy({ sources: [source], subject, namespaces });
}

function databaseOf(config: string): CosmosdbDatabaseSettings {
  const [database] = loadConfig(config, {}).deployments.flatMap(cosmosdbsOf);
  if (database !== undefined) return database;
  throw new StillpointError("REHEARSAL_FAILED", `"${config}" names no account`);
}

/** ScalarDB makes every write by a stored procedure, which no restore brings back by itself. */
async function withoutProcedure(client: CosmosClient): Promise<readonly string[]> {
  const [database = "", container = ""] = ASSET.name.split(".");
  const { scripts } = client.database(database).container(container);
  const { resources } = await scripts.storedProcedures.readAll().fetchAll();
  if (resources.length > 0) return [];
  return [`And nothing could be written to it: its containers came back without ScalarDB's ${MUTATE}.`];
}
