import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RehearsalCosmosdb } from "./cosmosdb/cosmosdb.ts";
import type { CassandraEndpoint } from "./ledger/cassandra/endpoint.ts";
import type { Endpoint } from "./ledger/endpoint.ts";
import type { SqlServerEndpoint } from "./ledger/jdbc/endpoint.ts";
import { DEPLOYMENT } from "./rehearsal-world.ts";

export interface Configured {
  readonly product: "scalardl" | "scalardb";
  readonly component: "ledger" | "scalardb-server";
  /** Of the admin interface. */
  readonly ports: readonly number[];
  /** By name, as the configuration file has them. */
  readonly databases: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Settings of the pause, as the configuration file has them. */
  readonly pause?: Readonly<Record<string, string>> | undefined;
}

/**
 * Scalar's processes and the database have the clock of this machine, read in whole ms: so close, even a short
 * pause can be proven.
 */
export const ONE_CLOCK = "2ms";

/** Its backups miss less than those of the cloud. */
export function dynamodbSection({ url, region }: Endpoint, prefix: string) {
  return { kind: "dynamodb", region, endpoint: url, prefix, backupDoubt: "1s" };
}

/** The restored account is verified from this machine. */
export function cosmosdbSection(
  { subscription, resourceGroup, armEndpoint }: RehearsalCosmosdb,
  account: string,
) {
  const verifyFrom = { address: "127.0.0.1" };
  return { kind: "cosmosdb", subscription, resourceGroup, account, verifyFrom, armEndpoint };
}

/** Its dumps go to a folder beside the configuration. Nothing leaves this machine, so that TLS can be off. */
export function jdbcSection(
  { engine, host, port, database, user }: SqlServerEndpoint,
  passwordVariable: string,
) {
  const password = { env: passwordVariable };
  const dumps = { kind: "folder", path: "./dumps" };
  return {
    kind: "jdbc",
    engine,
    host,
    port,
    ...(database && { database }),
    user,
    password,
    tls: "off",
    dumps,
  };
}

/** What Cassy needs to be known for, and what of it the bucket is. */
export interface CassySection {
  readonly host: string;
  readonly port: number;
  readonly bucket: { readonly name: string; readonly region: string; readonly endpoint: string };
}

/** Nothing leaves this machine, so that TLS can be off. */
export function cassandraSection(
  { contactPoints, port, dataCenter }: Omit<CassandraEndpoint, "kind">,
  cassy?: CassySection,
) {
  const [cassandraHost] = contactPoints;
  return {
    kind: "cassandra",
    contactPoints,
    port,
    dataCenter,
    tls: "off",
    ...(cassy && { cassy: { ...cassy, cassandraHost } }),
  };
}

/** Writes the configuration that Stillpoint runs with in a world, as one would write it by hand; answers its path. */
export async function writeConfiguration(
  folder: string,
  configured: Configured,
  name = "stillpoint.yml",
): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, configurationText(configured));
  return path;
}

function configurationText({ product, component, ports, databases, pause }: Configured): string {
  return stringify({
    catalog: { kind: "file", path: "./catalog" },
    deployments: {
      [DEPLOYMENT]: {
        product,
        components: {
          [component]: { kind: component, instances: ports.map((port) => `127.0.0.1:${port}`) },
        },
        pause: { scalarClockBound: ONE_CLOCK, ...pause },
        databases,
        objective: "26h",
      },
    },
  });
}
