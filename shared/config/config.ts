import { dirname, resolve } from "node:path";
import { type Address, type ComponentKind, parseAddress } from "../admin/instance-address.ts";
import type { AwsSection } from "./aws-schema.ts";
import type { ComponentSection, TlsSection } from "./component-schema.ts";
import { kindOf, type Product, pausedOf, productOf } from "./derived.ts";
import type { ConfigFile, DatabaseSection, DeploymentSection, PauseSection } from "./file-schema.ts";
import type { KubernetesSection } from "./kubernetes-schema.ts";
import type { CertificateSection } from "./pem-schema.ts";
import type { VerificationSection } from "./verification-schema.ts";

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
}

export type AwsSettings = Readonly<AwsSection>;

export type CatalogSettings =
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "dynamodb";
      readonly table: string;
      readonly region: string;
      readonly endpoint?: string;
      readonly profile?: string;
    };

export interface Deployment {
  readonly name: string;
  readonly product: Product;
  readonly components: readonly Component[];
  readonly pause: PauseSettings;
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
  /** For one admin call; a Pause has the drain wait on top. */
  readonly rpcDeadlineMs: number;
}

export interface DatabaseSettings {
  readonly name: string;
  readonly kind: "dynamodb";
  readonly region: string;
  readonly endpoint?: string;
  readonly autoScalingEndpoint?: string;
  readonly lambdaEndpoint?: string;
  readonly cloudwatchEndpoint?: string;
  readonly profile?: string;
  readonly prefix: string;
  readonly metadataNamespace: string;
  readonly coordinatorNamespace: string;
  /** ScalarDL only. */
  readonly ledgerNamespace?: string;
  /** Whether tables with replicas in other regions are backed up. */
  readonly globalTables: "refuse" | "accept";
  /** How long the backups of a restore in place are kept at least. */
  readonly keepBackupsMs: "forever" | number;
}

/** One for all deployments of the file. */
export interface VerificationSettings {
  readonly parts: PartsSettings;
}

export type PartsSettings =
  /** Without a path: in the system's temporary directory. */
  { readonly kind: "folder"; readonly path?: string } | S3PartsSettings;

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

const LEDGER_NAMESPACE = "scalar";

/** From the checked contents of the file at `path`, which all relative paths in it start from. */
export function configFrom(path: string, { catalog, verification, deployments, aws }: ConfigFile): Config {
  const folder = dirname(path);
  const shared = { verification: verificationFrom(verification, folder) };
  return frozen({
    path,
    catalog: catalogFrom(catalog, folder),
    deployments: Object.entries(deployments).map(([name, section]) => ({
      ...deploymentFrom(name, section, folder),
      ...shared,
    })),
    ...shared,
    ...(aws && { aws }),
  });
}

function catalogFrom(section: ConfigFile["catalog"], folder: string): CatalogSettings {
  if (section.kind === "file") return { kind: "file", path: resolve(folder, section.path) };
  const { kind, table, region, endpoint, profile } = section;
  return {
    kind,
    table,
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(profile !== undefined && { profile }),
  };
}

function deploymentFrom(
  name: string,
  section: DeploymentSection,
  folder: string,
): Omit<Deployment, "verification"> {
  const { components, databases, pause, objective, schedule, approvalWithin } = section;
  const named = Object.entries(components);
  // The rules have seen to it that there is a component, and that all belong to one product.
  const product = section.product ?? productOf(...(named[0] as [string, ComponentSection]));
  return {
    name,
    product,
    components: named.map(([of, its]) => componentFrom(of, its, folder)),
    pause: pauseFrom(pause),
    databases: Object.entries(databases).map(([of, its]) => databaseFrom(of, its, product)),
    ...(objective !== undefined && { objectiveMs: objective }),
    ...(schedule && { schedule: scheduleFrom(schedule) }),
    approvalWithinMs: approvalWithin,
  };
}

function scheduleFrom({ cron, timezone, lateAfter }: NonNullable<DeploymentSection["schedule"]>): Schedule {
  return { cron, timezone, lateAfterMs: lateAfter };
}

function componentFrom(name: string, section: ComponentSection, folder: string): Component {
  const kind = kindOf(name, section) as ComponentKind;
  return {
    name,
    kind,
    instances: instancesFrom(section.instances, kind, folder),
    paused: pausedOf(name, section),
    ...(section.tls && { tls: tlsFrom(section.tls, folder) }),
  };
}

function instancesFrom(
  instances: ComponentSection["instances"],
  kind: ComponentKind,
  folder: string,
): InstanceSource {
  if (Array.isArray(instances))
    return { kind: "list", addresses: instances.map((text) => parseAddress(text, kind)) };
  if ("kubernetes" in instances) return kubernetesFrom(instances.kubernetes, folder);
  const { srv, servers } = instances;
  return { kind: "srv", name: srv, ...(servers && { servers }) };
}

export function tlsFrom({ ca, authority, certificate, key }: TlsSection, folder: string): TlsSettings {
  return {
    ...(ca && { ca: certificateFrom(ca, folder) }),
    ...(authority !== undefined && { authority }),
    ...(certificate &&
      key && { client: { certificate: certificateFrom(certificate, folder), key: keyFrom(key, folder) } }),
  };
}

export function kubernetesFrom(section: KubernetesSection, folder: string): KubernetesSettings {
  const { release, namespace, port, access } = section;
  return {
    kind: "kubernetes",
    release,
    namespace,
    ...(port !== undefined && { port }),
    access: accessFrom(access, folder),
  };
}

function accessFrom(access: KubernetesSection["access"], folder: string): KubernetesAccess {
  if (access === undefined) return { kind: "kubeconfig" };
  if (access === "in-cluster") return { kind: "in-cluster" };
  if ("kubeconfig" in access) {
    const { file, context } = access.kubeconfig;
    return {
      kind: "kubeconfig",
      ...(file !== undefined && { file: resolve(folder, file) }),
      ...(context !== undefined && { context }),
    };
  }
  const { endpoint } = access;
  const ca = certificateFrom(access.ca, folder);
  if ("token" in access) return { kind: "token", endpoint, ca, token: keyFrom(access.token, folder) };
  const { cluster, region, profile } = access.eks;
  return { kind: "eks", endpoint, ca, cluster, region, ...(profile !== undefined && { profile }) };
}

function certificateFrom({ file, pem = "" }: CertificateSection, folder: string): CertificateSource {
  return file === undefined ? { pem } : { file: resolve(folder, file) };
}

function keyFrom({ file, env = "" }: NonNullable<TlsSection["key"]>, folder: string): KeySource {
  return file === undefined ? { env } : { file: resolve(folder, file) };
}

function pauseFrom(pause: PauseSection): PauseSettings {
  return {
    holdMs: pause.hold,
    drainWaitMs: pause.drainWait,
    longestMs: pause.longest,
    clockAllowanceMs: pause.clockAllowance,
    scalarClockBoundMs: pause.scalarClockBound,
    rpcDeadlineMs: pause.rpcDeadline,
  };
}

function databaseFrom(name: string, section: DatabaseSection, product: Product): DatabaseSettings {
  const { endpoint, profile, ledgerNamespace, keepBackups, ...always } = section;
  const {
    autoScalingEndpoint = endpoint,
    lambdaEndpoint = endpoint,
    cloudwatchEndpoint = endpoint,
    ...rest
  } = always;
  return {
    name,
    ...rest,
    keepBackupsMs: keepBackups,
    ...(endpoint !== undefined && { endpoint }),
    ...(autoScalingEndpoint !== undefined && { autoScalingEndpoint }),
    ...(lambdaEndpoint !== undefined && { lambdaEndpoint }),
    ...(cloudwatchEndpoint !== undefined && { cloudwatchEndpoint }),
    ...(profile !== undefined && { profile }),
    ...(product === "scalardl" && { ledgerNamespace: ledgerNamespace ?? LEDGER_NAMESPACE }),
  };
}

function verificationFrom({ parts }: VerificationSection, folder: string): VerificationSettings {
  if (parts.kind === "folder") {
    const { kind, path } = parts;
    return { parts: { kind, ...(path !== undefined && { path: resolve(folder, path) }) } };
  }
  const { endpoint, profile, ...always } = parts;
  return {
    parts: {
      ...always,
      ...(endpoint !== undefined && { endpoint }),
      ...(profile !== undefined && { profile }),
    },
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
