import { dirname, resolve } from "node:path";
import { type ComponentKind, parseAddress } from "../admin/instance-address.ts";
import { DEFAULT_CLOCKS } from "../verify/subject.ts";
import type { ComponentSection, TlsSection } from "./component-schema.ts";
import type {
  CatalogSettings,
  Component,
  Config,
  Deployment,
  InstanceSource,
  KeySource,
  KubernetesAccess,
  KubernetesSettings,
  PauseSettings,
  Schedule,
  TlsSettings,
  VerificationSettings,
} from "./config.ts";
import { databaseFrom } from "./database-from.ts";
import { kindOf, pausedOf, productOf } from "./derived.ts";
import type { ConfigFile, DeploymentSection, PauseSection } from "./file-schema.ts";
import type { KubernetesSection } from "./kubernetes-schema.ts";
import { accountFrom, certificateFrom } from "./sources-from.ts";
import type { VerificationSection } from "./verification-schema.ts";

/** From the checked contents of the file at `path`, which all relative paths in it start from. */
export function configFrom(
  path: string,
  { catalog, verification, deployments, aws, azure }: ConfigFile,
): Config {
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
    ...(azure && { azure }),
  });
}

function catalogFrom(section: ConfigFile["catalog"], folder: string): CatalogSettings {
  if (section.kind === "file") return { kind: "file", path: resolve(folder, section.path) };
  if (section.kind === "azure-table")
    return { kind: section.kind, table: section.table, ...accountFrom(section) };
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
  const { components, databases = {}, pause, objective, schedule, approvalWithin } = section;
  const named = Object.entries(components);
  // The rules have seen to it that there is a component, and that all belong to one product.
  const product = section.product ?? productOf(...(named[0] as [string, ComponentSection]));
  return {
    name,
    product,
    components: named.map(([of, its]) => componentFrom(of, its, folder)),
    pause: pauseFrom(pause),
    databases: Object.entries(databases).map(([of, its]) => databaseFrom(of, its, { product, folder })),
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

function keyFrom({ file, env = "" }: NonNullable<TlsSection["key"]>, folder: string): KeySource {
  return file === undefined ? { env } : { file: resolve(folder, file) };
}

function pauseFrom(pause: PauseSection): PauseSettings {
  return {
    holdMs: pause.hold,
    drainWaitMs: pause.drainWait,
    longestMs: pause.longest,
    clockAllowanceMs: pause.clockAllowance,
    scalarClockBoundMs: pause.scalarClockBound ?? DEFAULT_CLOCKS.scalarClockBoundMs,
    ...(pause.scalarClockBound === undefined && { isScalarClockBoundDefault: true }),
    rpcDeadlineMs: pause.rpcDeadline,
  };
}

function verificationFrom({ parts }: VerificationSection, folder: string): VerificationSettings {
  if (parts.kind === "folder") {
    const { kind, path } = parts;
    return { parts: { kind, ...(path !== undefined && { path: resolve(folder, path) }) } };
  }
  if (parts.kind === "blob") {
    const { kind, container, prefix } = parts;
    return { parts: { kind, container, prefix, ...accountFrom(parts) } };
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
