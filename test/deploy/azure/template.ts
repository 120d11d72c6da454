import { idOf, type Place, PURE, placeId } from "./arm-functions.ts";
import { type Expression, expressionIn } from "./expression.ts";

type Value = unknown;
type Tree = Readonly<Record<string, Value>>;

export interface Template {
  readonly parameters: Readonly<Record<string, { readonly type: string }>>;
  readonly variables?: Tree;
  readonly resources: readonly Tree[];
  readonly outputs?: Readonly<Record<string, { readonly value: Value }>>;
}

/** A resource as the template makes it. */
export interface Made {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly scope?: string;
  readonly identity?: unknown;
  // biome-ignore lint/suspicious/noExplicitAny: what a resource says is a tree that the tests look into
  readonly properties: any;
  /** Of its definition, which may make several. */
  readonly loop?: string;
  readonly dependsOn: readonly string[];
  /** All ids that it speaks of. */
  readonly mentions: readonly string[];
  /** All ids that it asks for what they are like. */
  readonly asks: readonly string[];
}

export interface Evaluated {
  readonly resources: readonly Made[];
  readonly outputs: Tree;
}

interface Surroundings {
  readonly place: Place;
  readonly template: Template;
  readonly parameters: Tree;
  readonly index?: { readonly name: string; readonly at: number };
  readonly seen: { readonly mentions: Set<string>; readonly asks: Set<string> };
}

/** What a template makes of its parameters. A value that is missing, or not used, is an error. */
export function evaluate(template: Template, parameters: Tree, place: Place): Evaluated {
  const names = Object.keys(template.parameters).sort();
  if (JSON.stringify(names) !== JSON.stringify(Object.keys(parameters).sort()))
    throw new Error(`the template takes ${names}, and is given ${Object.keys(parameters).sort()}`);
  const resources = template.resources.flatMap((resource) => made(resource, { place, template, parameters }));
  const around = {
    place,
    template,
    parameters,
    seen: { mentions: new Set<string>(), asks: new Set<string>() },
  };
  const outputs = Object.entries(template.outputs ?? {}).map(([name, { value }]) => [
    name,
    settled(value, around),
  ]);
  return { resources, outputs: Object.fromEntries(outputs) };
}

function made(resource: Tree, within: Omit<Surroundings, "seen">): readonly Made[] {
  const {
    copy,
    condition = true,
    ...rest
  } = resource as {
    copy?: { name: string; count: string };
    condition?: Value;
  };
  if (settled(condition, { ...within, seen: { mentions: new Set(), asks: new Set() } }) !== true) return [];
  if (copy === undefined) return madeOnce(rest, within);
  const count = settled(copy.count, { ...within, seen: { mentions: new Set(), asks: new Set() } });
  return Array.from({ length: count as number }, (_, at) =>
    madeOnce(rest, { ...within, index: { name: copy.name, at } }, copy.name),
  ).flat();
}

function madeOnce(resource: Tree, within: Omit<Surroundings, "seen">, loop?: string): readonly Made[] {
  const seen = { mentions: new Set<string>(), asks: new Set<string>() };
  const around = { ...within, seen };
  if (resource["type"] === "Microsoft.Resources/deployments") return nested(resource, around);
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const { type, name, scope, dependsOn = [], properties, identity } = settled(resource, around) as any;
  return [
    {
      id: idOf(scope ?? placeId(within.place), type, name.split("/")),
      type,
      name,
      ...(scope !== undefined && { scope }),
      ...(identity !== undefined && { identity }),
      properties,
      ...(loop !== undefined && { loop }),
      dependsOn,
      mentions: [...seen.mentions],
      asks: [...seen.asks],
    },
  ];
}

/** A deployment into another resource group, with expressions of its own. */
function nested(resource: Tree, around: Surroundings): readonly Made[] {
  const { properties, ...rest } = resource as { properties: { template: Template; parameters: Tree } };
  const {
    resourceGroup,
    subscriptionId = around.place.subscription,
    dependsOn = [],
  } = settled(rest, around) as {
    resourceGroup: string;
    subscriptionId?: string;
    dependsOn?: string[];
  };
  const given = settled(properties.parameters, around) as Record<string, { value: Value }>;
  const parameters = Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]));
  const place: Place = { kind: "group", subscription: subscriptionId, group: resourceGroup };
  return evaluate(properties.template, parameters, place).resources.map((one) => ({
    ...one,
    dependsOn: [...one.dependsOn, ...dependsOn],
  }));
}

/** A tree with every expression in it worked out. */
function settled(value: Value, around: Surroundings): Value {
  if (Array.isArray(value)) return value.map((one) => settled(one, around));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, settled(one, around)]));
  if (typeof value !== "string") return value;
  const expression = expressionIn(value);
  return expression === undefined ? value : worked(expression, around);
}

function worked(expression: Expression, around: Surroundings): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "property":
      return partOf(worked(expression.of, around), expression.name);
    case "index":
      return partOf(worked(expression.of, around), worked(expression.at, around) as string | number);
    case "call":
      return called(
        expression.name,
        expression.args.map((arg) => worked(arg, around)),
        around,
      );
    default:
      return expression satisfies never;
  }
}

function partOf(value: Value, name: string | number): Value {
  if (typeof value === "object" && value !== null && Object.hasOwn(value, name)) return (value as Tree)[name];
  throw new Error(`${JSON.stringify(value)} has no "${name}"`);
}

function called(name: string, args: readonly Value[], around: Surroundings): Value {
  const { place, parameters, seen } = around;
  const pure = PURE[name];
  if (pure !== undefined) return pure(...args);
  const mentioned = (id: string) => {
    seen.mentions.add(id);
    return id;
  };
  switch (name) {
    case "parameters":
      return partOf(parameters, args[0] as string);
    case "variables":
      return variable(args[0] as string, around);
    case "copyIndex":
      return indexOf(args[0] as string | undefined, around);
    case "subscription":
      return {
        id: `/subscriptions/${place.subscription}`,
        subscriptionId: place.subscription,
        tenantId: "tenant",
      };
    case "resourceGroup":
      return { id: placeId(place) };
    case "resourceId":
      return mentioned(idOf(placeId(place), args[0] as string, args.slice(1) as string[]));
    case "subscriptionResourceId":
      return mentioned(
        idOf(`/subscriptions/${place.subscription}`, args[0] as string, args.slice(1) as string[]),
      );
    case "reference":
    case "listKeys":
      seen.asks.add(args[0] as string);
      return answered(name, args[0] as string, args[2] === "Full");
    default:
      throw new Error(`the template language has no "${name}" that is known here`);
  }
}

function indexOf(name: string | undefined, { index }: Surroundings): number {
  if (index === undefined || (name !== undefined && name !== index.name))
    throw new Error(`copyIndex(${name ?? ""}) is used outside of its loop`);
  return index.at;
}

function variable(name: string, around: Surroundings): Value {
  const { copy = [], ...plain } = (around.template.variables ?? {}) as Tree & {
    copy?: readonly { name: string; count: string; input: Value }[];
  };
  const loop = copy.find((one) => one.name === name);
  if (loop === undefined) return settled(partOf(plain, name), around);
  const count = settled(loop.count, around) as number;
  return Array.from({ length: count }, (_, at) => settled(loop.input, { ...around, index: { name, at } }));
}

/** What Azure would answer of a resource, as far as the templates ask. */
function answered(question: "reference" | "listKeys", id: string, full: boolean): Value {
  if (question === "listKeys") return { default: `key of ${id}` };
  if (full) return { identity: { principalId: `identity of ${id}` } };
  const name = id.split("/").at(-1);
  return {
    primaryEndpoints: { blob: `https://${name}.blob.core.windows.net/` },
    principalId: `identity of ${id}`,
    clientId: `client of ${id}`,
    ConnectionString: `connection of ${id}`,
    endpoint: `https://${name}.japaneast-1.eventgrid.azure.net/api/events`,
  };
}
