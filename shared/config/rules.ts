import { parseAddress } from "../admin/instance-address.ts";
import { productOfKind } from "../admin/kubernetes/product.ts";
import { addressOf } from "../pause/instance.ts";
import { NO_CASSY } from "./cassandra-schema.ts";
import { type ComponentSection, canonicalHost } from "./component-schema.ts";
import { DatabaseSection } from "./database-schema.ts";
import { kindOf, pausedOf, productOf } from "./derived.ts";
import { showDuration } from "./duration.ts";
import { NAME, NAME_RULE } from "./fields.ts";
import { PauseSection } from "./file-schema.ts";
import { type Problem, type SettingPath, valueAt } from "./problem.ts";
import { componentsOf, type Found, sectionsAt } from "./sections.ts";
import { serverProblems } from "./server-rules.ts";

/** Two seconds contain a whole one wherever they begin. */
const LEAST_AUTO_HOLD_MS = 2_000;

/**
 * What no single setting shows: settings that contradict each other. Each section is looked at by itself as far as
 * its shape is right, so that one mistake does not hide another.
 */
export function ruleProblems(tree: unknown): readonly Problem[] {
  const deployments = sectionsAt(tree, ["deployments"]);
  const names = deployments.flatMap((deployment) => [
    deployment,
    ...sectionsAt(tree, [...deployment.path, "components"]),
    ...sectionsAt(tree, [...deployment.path, "databases"]),
  ]);
  const within = deployments.flatMap(({ path }) => [
    ...pauseProblems(tree, path),
    ...componentProblems(tree, path),
    ...databaseProblems(tree, path),
    ...scheduleProblems(tree, path),
  ]);
  const components = deployments.flatMap(({ path }) => componentsOf(tree, path));
  return [...names.flatMap(nameProblems), ...within, ...sharedInstances(components)];
}

function nameProblems({ name, path }: Found<unknown>): readonly Problem[] {
  return NAME.test(name) ? [] : [{ path, rule: NAME_RULE, about: "name" }];
}

function pauseProblems(tree: unknown, deployment: SettingPath): readonly Problem[] {
  const path = [...deployment, "pause"];
  const parsed = PauseSection.safeParse(valueAt(tree, path) ?? {});
  if (!parsed.success) return [];
  const { longest, drainWait, hold, rpcDeadline } = parsed.data;
  const holdMs = hold === "auto" ? LEAST_AUTO_HOLD_MS : hold;
  // One deadline for asking again, one for unpausing: both come after the hold, before the pause must be over.
  const neededMs = drainWait + holdMs + 3 * rpcDeadline;
  if (longest > neededMs) return [];
  const sum = `drainWait ${showDuration(drainWait)}, hold ${showDuration(holdMs)} and three times rpcDeadline ${showDuration(rpcDeadline)}`;
  return [{ path: [...path, "longest"], rule: `must be longer than ${showDuration(neededMs)}: ${sum}` }];
}

function componentProblems(tree: unknown, deployment: SettingPath): readonly Problem[] {
  const all = sectionsAt(tree, [...deployment, "components"]);
  const components = componentsOf(tree, deployment);
  const each = components.flatMap(kindProblems);
  const [first] = components;
  // What the deployment as a whole lacks can only be told when all of it could be read.
  if (each.length > 0 || first === undefined || components.length < all.length) return each;
  const given = valueAt(tree, [...deployment, "product"]);
  const product = given === "scalardl" || given === "scalardb" ? given : productOf(first.name, first.section);
  const strangers = components.filter(({ name, section }) => productOf(name, section) !== product);
  if (strangers.length > 0) return strangers.map((stranger) => strangerProblem(stranger, product));
  if (components.some(({ name, section }) => pausedOf(name, section))) return [];
  return [
    { path: [...deployment, "components"], rule: "must have a component that is paused", about: "name" },
  ];
}

function kindProblems({ name, path, section }: Found<ComponentSection>): readonly Problem[] {
  const kind = kindOf(name, section);
  if (kind === undefined)
    return [
      { path: [...path, "kind"], rule: `is missing, and "${name}" is not the name of a kind`, about: "name" },
    ];
  const problems: Problem[] = [];
  if (section.paused === false && kind !== "auditor") {
    const rule = `must not be false for a ${kind}: its transactions would go on inside the window`;
    problems.push({ path: [...path, "paused"], rule });
  }
  if ("kubernetes" in section.instances && productOfKind(kind) === undefined) {
    const rule = `must be a list or an SRV name for a ${kind}: its pods cannot be told by their labels`;
    problems.push({ path: [...path, "instances"], rule });
  }
  return problems;
}

function strangerProblem({ name, path, section }: Found<ComponentSection>, product: string): Problem {
  const rule = `must belong to ${product}, as the deployment does; "${kindOf(name, section)}" does not`;
  return { path: [...path, "kind"], rule, about: "name" };
}

function databaseProblems(tree: unknown, deployment: SettingPath): readonly Problem[] {
  const components = componentsOf(tree, deployment);
  const ofScalarDb =
    components.length > 0 && components.every(({ name, section }) => productOf(name, section) === "scalardb");
  const owners = new Map<string, string>();
  const kinds = new Map<string, string>();
  const sections = sectionsAt(tree, [...deployment, "databases"]);
  const count = sections.length;
  return sections.flatMap(({ name, path, section }) => {
    const parsed = DatabaseSection.safeParse(section);
    if (!parsed.success) return [];
    const { kind, ledgerNamespace } = parsed.data;
    const problems: Problem[] = [];
    if (ofScalarDb && ledgerNamespace !== undefined)
      problems.push({ path: [...path, "ledgerNamespace"], rule: "is for ScalarDL only" });
    problems.push(
      ...serverProblems(parsed.data).map(({ below, rule }) => ({ path: [...path, below], rule })),
    );
    const owner = claim(owners, contentsOf(parsed.data), name);
    if (owner !== undefined)
      problems.push({ path, rule: `must not hold the same tables as database "${owner}"`, about: "name" });
    if (parsed.data.kind === "cassandra" && parsed.data.cassy?.mode === "cassy" && count > 1) {
      const rule = 'must be "guarded": one Cassy cannot pause for several clusters at once';
      problems.push({ path: [...path, "cassy", "mode"], rule });
    }
    if (parsed.data.kind === "dynamodb" && isTooSoon(parsed.data))
      problems.push({ path: [...path, "backupDoubt"], rule: TOO_SOON });
    kinds.set(kind, kinds.get(kind) ?? name);
    const [[first, other] = [kind, name]] = kinds;
    if (first !== kind) {
      const rule = `must be "${first}", as that of database "${other}": one restore brings all of them back`;
      problems.push({ path: [...path, "kind"], rule });
    }
    return problems;
  });
}

/** DynamoDB's own word is that a backup has what was written until a minute before. */
const LEAST_DOUBT_MS = 61_000;
const TOO_SOON = "must be at least 61s: a backup of DynamoDB may miss what was written in the last minute";

function isTooSoon({ endpoint, backupDoubt }: Extract<DatabaseSection, { kind: "dynamodb" }>): boolean {
  return endpoint === undefined && backupDoubt < LEAST_DOUBT_MS;
}

/** A host that takes backups by itself has no commands of the operator's to run. */
function scheduleProblems(tree: unknown, deployment: SettingPath): readonly Problem[] {
  const path = [...deployment, "schedule"];
  if (valueAt(tree, path) === undefined) return [];
  if (valueAt(tree, [...deployment, "databases"]) === undefined)
    return [{ path, rule: "needs databases: what is scheduled runs no command", about: "name" }];
  const parsed = sectionsAt(tree, [...deployment, "databases"]).map(({ section }) =>
    DatabaseSection.safeParse(section),
  );
  const isReadOnly = ({ data }: (typeof parsed)[number]) =>
    data?.kind === "cassandra" && data.cassy === undefined;
  return parsed.some(isReadOnly) ? [{ path, rule: NO_CASSY, about: "name" }] : [];
}

/** Two databases with the same are one, whatever else is set. */
function contentsOf(database: DatabaseSection): string {
  switch (database.kind) {
    case "dynamodb": {
      const { region, endpoint, prefix, metadataNamespace } = database;
      return JSON.stringify([region, endpoint, prefix, metadataNamespace]);
    }
    case "cosmosdb":
      return JSON.stringify([database.account, database.metadataNamespace]);
    case "jdbc": {
      const { engine, host: name, port, database: inside, metadataNamespace } = database;
      return JSON.stringify([engine, name.toLowerCase(), port, inside, metadataNamespace]);
    }
    case "managed": {
      const {
        service,
        region,
        endpoint,
        subscription,
        server,
        database: inside,
        metadataNamespace,
      } = database;
      return JSON.stringify([service, region, endpoint, subscription, server, inside, metadataNamespace]);
    }
    case "cassandra": {
      const { contactPoints, port } = database;
      return JSON.stringify([contactPoints.map((host) => host.toLowerCase()).sort(), port]);
    }
    default:
      return database satisfies never;
  }
}

/** An instance belongs to one component: two leases, or two verdicts on one gate, would contradict each other. */
function sharedInstances(components: readonly Found<ComponentSection>[]): readonly Problem[] {
  const owners = new Map<string, string>();
  return components.flatMap(({ name, path, section }) =>
    instancesOf(name, section).flatMap(({ instance, below, within = "" }) => {
      const owner = claim(owners, `${instance}${within}`, `${path[1]}.${name}`);
      const rule = `must not name "${instance}" again: component "${owner}" does`;
      return owner === undefined ? [] : [{ path: [...path, "instances", ...below], rule }];
    }),
  );
}

/** Who owns a thing already, where somebody does; else the claimant owns it from now on. */
function claim(owners: Map<string, string>, thing: string, claimant: string): string | undefined {
  const owner = owners.get(thing);
  if (owner === undefined) owners.set(thing, claimant);
  return owner;
}

function instancesOf(
  name: string,
  section: ComponentSection,
): readonly { instance: string; below: SettingPath; within?: string }[] {
  const { instances } = section;
  if ("kubernetes" in instances) {
    const { release, namespace, access } = instances.kubernetes;
    // Releases of the same name in two clusters are two.
    const instance = `${kindOf(name, section)} of release ${release} in namespace ${namespace}`;
    return [{ instance, below: ["kubernetes", "release"], within: JSON.stringify(access) }];
  }
  if ("srv" in instances)
    return [{ instance: instances.srv.toLowerCase().replace(/\.$/, ""), below: ["srv"] }];
  return instances.map((text, index) => {
    const { host, port } = parseAddress(text, kindOf(name, section) ?? "ledger");
    const canonical = (canonicalHost(host) ?? host).replace(/^\[(.*)\]$/, "$1");
    return { instance: addressOf({ host: canonical, port }), below: [index] };
  });
}
