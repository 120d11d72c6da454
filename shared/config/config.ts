import type { Address, ComponentKind } from "../admin/instance-address.ts";
import type { AwsSection } from "./aws-schema.ts";
import type { AzureSection } from "./azure-schema.ts";
import type { Product } from "./derived.ts";

/** The configuration as the rest of the product sees it: complete, checked, deeply frozen, all paths absolute. */
export interface Config {
  /** The file it came from. */
  readonly path: string;
  readonly catalog: CatalogSettings;
  /** In the order of the file. */
  readonly deployments: readonly Deployment[];
  readonly verification: VerificationSettings;
  /** Where it is deployed to AWS Lambda. */
  readonly aws?: AwsSettings;
  /** Where it is deployed to Azure Functions. */
  readonly azure?: AzureSettings;
}

export type AwsSettings = Readonly<AwsSection>;
export type AzureSettings = Readonly<AzureSection>;

export type CatalogSettings =
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "dynamodb";
      readonly table: string;
      readonly region: string;
      readonly endpoint?: string;
      readonly profile?: string;
    }
  | AzureTableCatalogSettings;

export interface AzureTableCatalogSettings extends StorageAccount {
  readonly kind: "azure-table";
  readonly table: string;
}

/** A storage account of Azure, entered with the identity of the process unless a key is named. */
export interface StorageAccount {
  readonly account: string;
  /** Address of the service, where it is not Azure's own. */
  readonly endpoint?: string;
  /** Only ever a reference. */
  readonly key?: { readonly env: string };
}

export interface Deployment {
  readonly name: string;
  readonly product: Product;
  readonly components: readonly Component[];
  readonly pause: PauseSettings;
  /** None at all where backups are taken by a command of the operator's only. */
  readonly databases: readonly DatabaseSettings[];
  readonly verification: VerificationSettings;
  /** How old the last valid restore point may grow before it is late. */
  readonly objectiveMs?: number;
  readonly schedule?: Schedule;
  /** How long a restore in place that nobody confirmed at a keyboard waits for its approval. */
  readonly approvalWithinMs: number;
}

export interface Component {
  readonly name: string;
  readonly kind: ComponentKind;
  readonly instances: InstanceSource;
  /** Whether a backup pauses it. */
  readonly paused: boolean;
  /** Plaintext where it is absent. */
  readonly tls?: TlsSettings;
}

export type InstanceSource =
  | { readonly kind: "list"; readonly addresses: readonly Address[] }
  | { readonly kind: "srv"; readonly name: string; readonly servers?: readonly string[] }
  | KubernetesSettings;

export interface KubernetesSettings {
  readonly kind: "kubernetes";
  readonly release: string;
  readonly namespace: string;
  readonly port?: number;
  readonly access: KubernetesAccess;
}

export type KubernetesAccess =
  | { readonly kind: "kubeconfig"; readonly file?: string; readonly context?: string }
  | { readonly kind: "in-cluster" }
  | {
      readonly kind: "token";
      readonly endpoint: string;
      readonly ca: CertificateSource;
      /** Only ever a reference. */
      readonly token: { readonly file: string } | { readonly env: string };
    }
  | {
      readonly kind: "eks";
      readonly endpoint: string;
      readonly ca: CertificateSource;
      readonly cluster: string;
      readonly region: string;
      readonly profile?: string;
    };

export type CertificateSource = { readonly file: string } | { readonly pem: string };
/** A private key is only ever a reference. */
export type KeySource = { readonly file: string } | { readonly env: string };

export interface TlsSettings {
  readonly ca?: CertificateSource;
  readonly authority?: string;
  readonly client?: { readonly certificate: CertificateSource; readonly key: KeySource };
}

export interface PauseSettings {
  readonly holdMs: "auto" | number;
  readonly drainWaitMs: number;
  /** From the first Pause on, every instance is open again after at most this long. */
  readonly longestMs: number;
  readonly clockAllowanceMs: number;
  readonly scalarClockBoundMs: number;
  /** Nobody has set that bound. */
  readonly isScalarClockBoundDefault?: boolean;
  /** For one admin call; a Pause has the drain wait on top. */
  readonly rpcDeadlineMs: number;
}

export type DatabaseSettings =
  | DynamodbDatabaseSettings
  | CosmosdbDatabaseSettings
  | JdbcDatabaseSettings
  | ManagedDatabaseSettings
  | CassandraDatabaseSettings;

interface TransactionNamespaces {
  readonly coordinatorNamespace: string;
  /** ScalarDL only. */
  readonly ledgerNamespace?: string;
}

interface Namespaces extends TransactionNamespaces {
  readonly metadataNamespace: string;
}

export interface CosmosdbDatabaseSettings extends Namespaces {
  readonly name: string;
  readonly kind: "cosmosdb";
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly account: string;
  /** How a restored account is reached to verify it; needed by whoever restores. */
  readonly verifyFrom?: VerifyFrom;
  readonly armEndpoint?: string;
}

/** How a SQL server is asked. The password is only ever a reference. */
export interface SqlAccess {
  /** PostgreSQL only. */
  readonly database?: string;
  readonly user: string;
  readonly password: PasswordSource;
  readonly tls: "off" | { readonly ca?: CertificateSource };
}

export type PasswordSource = { readonly env: string } | { readonly file: string };

export interface JdbcDatabaseSettings extends Namespaces, SqlAccess {
  readonly name: string;
  readonly kind: "jdbc";
  readonly engine: "postgresql" | "mysql";
  readonly host: string;
  readonly port: number;
  /** What is dumped, where not what ScalarDB's metadata lists. */
  readonly schemas?: readonly string[];
  readonly format: "custom" | "plain";
  /** Folder of the client tools. */
  readonly tools?: string;
  readonly replicaWaitMs: number;
  readonly dumps: ArtifactsSettings;
}

export type ArtifactsSettings =
  | { readonly kind: "folder"; readonly path: string }
  | (S3PartsSettings & { readonly kmsKey?: string })
  | BlobPartsSettings;

export interface ManagedDatabaseSettings extends Namespaces, SqlAccess {
  readonly name: string;
  readonly kind: "managed";
  readonly service: ManagedService;
}

export type ManagedService = RdsService | FlexibleServerService;

export interface RdsService {
  readonly kind: "rds" | "aurora";
  readonly region: string;
  /** Of the instance or cluster. */
  readonly server: string;
  readonly endpoint?: string;
  readonly profile?: string;
}

export interface FlexibleServerService {
  readonly kind: "azure-postgresql" | "azure-mysql";
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly server: string;
  readonly armEndpoint?: string;
}

export interface CassandraDatabaseSettings extends TransactionNamespaces {
  readonly name: string;
  readonly kind: "cassandra";
  /** Hosts of nodes, asked in CQL. */
  readonly contactPoints: readonly string[];
  readonly port: number;
  /** Default: that of the first contact point. */
  readonly dataCenter?: string;
  readonly credentials?: { readonly user: string; readonly password: PasswordSource };
  readonly tls: "off" | { readonly ca?: CertificateSource };
  /** Where there is none, snapshots are taken by commands of the operator's. */
  readonly cassy?: CassySettings;
}

export interface CassySettings {
  readonly host: string;
  readonly port: number;
  /** A node as Cassy itself reaches it. */
  readonly cassandraHost: string;
  /** Who pauses the instances: Stillpoint, or Cassy by itself. */
  readonly mode: "guarded" | "cassy";
  readonly bucket: CassyBucketSettings;
  readonly uploadLimitMs: number;
}

export interface CassyBucketSettings {
  readonly name: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly profile?: string;
}

export type VerifyFrom =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "subnet"; readonly subnet: string; readonly dnsZone?: string };

export interface DynamodbDatabaseSettings extends Namespaces {
  readonly name: string;
  readonly kind: "dynamodb";
  readonly region: string;
  readonly endpoint?: string;
  readonly autoScalingEndpoint?: string;
  readonly lambdaEndpoint?: string;
  readonly cloudwatchEndpoint?: string;
  readonly profile?: string;
  readonly prefix: string;
  /** Whether tables with replicas in other regions are backed up. */
  readonly globalTables: "refuse" | "accept";
  /** How long the backups of a restore in place are kept at least. */
  readonly keepBackupsMs: "forever" | number;
  /** A backup may miss what was written in so long before it. */
  readonly backupDoubtMs: number;
}

/** One for all deployments of the file. */
export interface VerificationSettings {
  readonly parts: PartsSettings;
}

export type PartsSettings =
  /** Without a path: in the system's temporary directory. */
  { readonly kind: "folder"; readonly path?: string } | S3PartsSettings | BlobPartsSettings;

export interface BlobPartsSettings extends StorageAccount {
  readonly kind: "blob";
  readonly container: string;
  readonly prefix: string;
}

export interface S3PartsSettings {
  readonly kind: "s3";
  readonly bucket: string;
  readonly region: string;
  readonly prefix: string;
  readonly endpoint?: string;
  readonly profile?: string;
}

export interface Schedule {
  readonly cron: string;
  readonly timezone: string;
  /** After its due time a backup is not begun any more. */
  readonly lateAfterMs: number;
}
