import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isInVpc } from "../../deploy/clusters.ts";
import { deployable } from "../../deploy/deployable.ts";
import type { Stack } from "../../deploy/stack-settings.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { newFolder } from "../catalog/folder.ts";

/** The least that can be deployed. */
export const LEAST = `
catalog: { kind: dynamodb, table: stillpoint-catalog, region: eu-west-1 }
verification: { parts: { kind: s3, bucket: stillpoint-parts, region: eu-west-1 } }
deployments:
  payments:
    components:
      ledger: { instances: ["10.0.0.1"] }
    databases:
      main: { kind: dynamodb, region: eu-west-1 }
aws: { region: eu-west-1 }
`;

/** Several deployments, and everything that can be said of AWS. */
export const FULL = `
catalog: { kind: dynamodb, table: stillpoint-catalog, region: ap-northeast-1 }
verification: { parts: { kind: s3, bucket: stillpoint-parts, region: ap-northeast-1, prefix: parts/ } }
deployments:
  payments:
    components:
      ledger:
        instances: { srv: _scalardl-admin._tcp.ledger.example.com }
        tls:
          ca: { file: certificates/ca.pem }
          certificate: { file: certificates/client.pem }
          key: { env: STILLPOINT_CLIENT_KEY }
    databases:
      main: { kind: dynamodb, region: ap-northeast-1, prefix: prod_ }
    objective: 26h
    schedule: { cron: "0 3 * * *", timezone: Asia/Tokyo }
  stock-eu:
    components:
      scalardb-cluster:
        instances:
          kubernetes:
            release: stock
            access:
              endpoint: https://0123.gr7.ap-northeast-1.eks.amazonaws.com
              ca: { file: certificates/cluster-ca.pem }
              eks: { cluster: prod, region: ap-northeast-1 }
    databases:
      main: { kind: dynamodb, region: ap-northeast-1, prefix: stock_, metadataNamespace: meta }
    schedule: { cron: "30 2 * * MON-FRI" }
  orders:
    components:
      scalardb-server:
        instances: ["10.0.0.1"]
    databases:
      main: { kind: dynamodb, region: ap-northeast-1, prefix: prod_ }
    objective: 90m
aws:
  region: ap-northeast-1
  vpc:
    subnets: [subnet-0a1b2c3d, subnet-1a2b3c4d]
    securityGroups: [sg-0a1b2c3d]
    endpoints: { vpc: vpc-0a1b2c3d, routeTables: [rtb-0a1b2c3d] }
  bus: restores
  requesters: ["arn:aws:iam::123456789012:role/ops", "arn:aws:iam::123456789012:user/night-watch"]
  approvers: ["arn:aws:iam::123456789012:role/team/ops-lead"]
  alarmTopic: arn:aws:sns:ap-northeast-1:123456789012:on-call
  secrets: { STILLPOINT_CLIENT_KEY: /stillpoint/client-key }
  logRetentionDays: 731
  lookEvery: 10m
`;

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
const REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/ops/stillpoint";

/** A server that is dumped, by a function and by a task. */
export const DUMPS = `
catalog: { kind: dynamodb, table: stillpoint-catalog, region: eu-west-1 }
verification: { parts: { kind: s3, bucket: stillpoint-parts, region: eu-west-1 } }
deployments:
  payments:
    components:
      ledger: { instances: ["10.0.0.1"] }
    databases:
      main:
        kind: jdbc
        engine: postgresql
        host: db.internal
        database: ledger
        user: backup
        password: { env: DB_PASSWORD }
        tls: { ca: { file: certificates/ca.pem } }
        dumps:
          kind: s3
          bucket: ledger-dumps
          region: eu-west-1
          prefix: prod/
          kmsKey: arn:aws:kms:eu-west-1:123456789012:key/dumps
    schedule: { cron: "0 3 * * *" }
aws:
  region: eu-west-1
  vpc:
    subnets: [subnet-0a1b2c3d]
    securityGroups: [sg-0a1b2c3d]
    endpoints: { vpc: vpc-0a1b2c3d, routeTables: [rtb-0a1b2c3d] }
  secrets: { DB_PASSWORD: /stillpoint/db-password }
  dumps:
    image: ${REPOSITORY}-function@${DIGEST}
    task: { image: "${REPOSITORY}@${DIGEST}", cpu: 4, memory: 8, storage: 100 }
`;

/** Servers that the service backs up: an instance, and a cluster. */
export const SERVERS = `
catalog: { kind: dynamodb, table: stillpoint-catalog, region: eu-west-1 }
verification: { parts: { kind: s3, bucket: stillpoint-parts, region: eu-west-1 } }
deployments:
  payments:
    components:
      ledger: { instances: ["10.0.0.1"] }
    databases:
      main:
        kind: managed
        service: rds
        region: eu-west-1
        server: ledger-prod
        database: ledger
        user: stillpoint
        password: { env: DB_PASSWORD }
  stock:
    components:
      ledger: { instances: ["10.0.1.1"] }
    databases:
      main:
        kind: managed
        service: aurora
        region: eu-west-1
        server: stock
        user: stillpoint
        password: { env: DB_PASSWORD }
aws:
  region: eu-west-1
  vpc:
    subnets: [subnet-0a1b2c3d]
    securityGroups: [sg-0a1b2c3d]
    endpoints: { vpc: vpc-0a1b2c3d, routeTables: [rtb-0a1b2c3d] }
  secrets: { DB_PASSWORD: /stillpoint/db-password }
`;

const OWN_CLUSTER = `
  bonds:
    components:
      ledger: { instances: ["10.0.2.1"] }
    databases:
      main:
        kind: cassandra
        contactPoints: ["10.0.3.1", "10.0.3.2"]
        user: stillpoint
        password: { env: DB_PASSWORD }
        cassy:
          host: 10.0.3.254
          cassandraHost: 10.0.3.1
          bucket: { name: ledger-cassy, region: eu-west-1 }
    schedule: { cron: "0 3 * * *" }
`;

/** The servers, and a cluster with Cassy. */
export const CLUSTER = SERVERS.replace("\naws:", `${OWN_CLUSTER}aws:`);

const CERTIFICATES = ["certificates/ca.pem", "certificates/client.pem", "certificates/cluster-ca.pem"];

/** Writes a configuration with the files that it refers to, and tells its path. */
export async function written(text: string): Promise<string> {
  return writtenIn(await newFolder(), text);
}

export async function writtenIn(folder: string, text: string): Promise<string> {
  const path = join(folder, "prod.yml");
  await mkdir(folder, { recursive: true });
  await writeFile(path, text);
  for (const file of CERTIFICATES) {
    const certificate = join(dirname(path), file);
    await mkdir(dirname(certificate), { recursive: true });
    await writeFile(certificate, `the text of ${file}\n`);
  }
  return path;
}

/** The stack of a configuration, without the framework. That serverless.yml says the same is tested with it. */
export async function stackOf(text: string, keys: readonly string[] = []): Promise<Stack> {
  return stackFrom(await written(text), keys);
}

export async function stackFrom(path: string, keys: readonly string[] = []): Promise<Stack> {
  const config = deployable(loadConfig(path, {}));
  const inVpc = config.aws.vpc !== undefined;
  return {
    stage: "prod",
    config,
    keys,
    functions: {
      backup: { timeoutSeconds: 900, inVpc },
      sweep: { timeoutSeconds: 300, inVpc },
      request: { timeoutSeconds: 60, inVpc: false },
      restore: { timeoutSeconds: 900, inVpc },
      verify: { timeoutSeconds: 900, inVpc: isInVpc("verify", config) },
      status: { timeoutSeconds: 120, inVpc },
      follow: { timeoutSeconds: 300, inVpc: isInVpc("follow", config) },
      dump: { timeoutSeconds: 900, inVpc },
      expire: { timeoutSeconds: 900, inVpc: false },
    },
  };
}
