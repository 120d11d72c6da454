import { isDeepStrictEqual } from "node:util";
import { refuse } from ".././refusal.ts";
import { type Comparison, countsDocuments, type Expression, type Order, type Query } from "./query.ts";

export type Parameters = ReadonlyMap<string, unknown>;

/** What an expression is evaluated on. */
interface Scope {
  readonly document: unknown;
  readonly parameters: Parameters;
  /** How many documents a count counts. */
  readonly count: number;
}

/** Documents that a query chooses, in its order; before its projection, so that they can be paged. */
export function choose<T>(
  { where, orderBy }: Query,
  documents: readonly T[],
  parameters: Parameters,
): readonly T[] {
  const scope = (document: T): Scope => ({ document, parameters, count: 0 });
  const chosen = documents.filter(
    (document) => where === undefined || evaluate(where, scope(document)) === true,
  );
  if (orderBy.length === 0) return chosen;
  return [...chosen].sort((a, b) => compareBy(orderBy, scope(a), scope(b)));
}

/** The rows that a query answers for what it has chosen. A row that is undefined is left out. */
export function project(
  query: Query,
  documents: readonly unknown[],
  parameters: Parameters,
): readonly unknown[] {
  const scope = { parameters, count: documents.length };
  const rows = countsDocuments(query)
    ? [projectOne(query, { ...scope, document: undefined })]
    : documents.map((document) => projectOne(query, { ...scope, document }));
  return rows.filter((row) => row !== undefined);
}

function projectOne({ projection }: Query, scope: Scope): unknown {
  switch (projection.kind) {
    case "all":
      return scope.document;
    case "value":
      return evaluate(projection.expression, scope);
    case "members":
      return objectOf(projection.members, scope);
    default:
      return projection satisfies never;
  }
}

/** Undefined is what is not there: it makes a comparison undefined, and no condition true. */
function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "parameter":
      return parameter(expression.name, scope);
    case "path":
      return follow(expression.steps, scope.document);
    case "not": {
      const value = evaluate(expression.operand, scope);
      return typeof value === "boolean" ? !value : undefined;
    }
    case "logic":
      return logic(expression.operator, expression.operands, scope);
    case "comparison": {
      const [left, right] = expression.operands;
      return compare(expression.operator, evaluate(left, scope), evaluate(right, scope));
    }
    case "in": {
      const value = evaluate(expression.operand, scope);
      return expression.among.some((one) => compare("=", value, evaluate(one, scope)) === true);
    }
    case "call":
      return call(expression, scope);
    case "array":
      return expression.elements.map((element) => evaluate(element, scope));
    case "object":
      return objectOf(expression.members, scope);
    default:
      return expression satisfies never;
  }
}

function parameter(name: string, { parameters }: Scope): unknown {
  if (parameters.has(name)) return parameters.get(name);
  return refuse(400, "BadRequest", `The parameter '${name}' was not specified in the query's parameters.`);
}

function follow(steps: readonly (string | number)[], document: unknown): unknown {
  let value = document;
  for (const step of steps)
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined;
  return value;
}

function objectOf(members: readonly (readonly [string, Expression])[], scope: Scope): object {
  const values = members.map(([name, member]) => [name, evaluate(member, scope)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function logic(operator: "AND" | "OR", operands: readonly Expression[], scope: Scope): unknown {
  const values = operands.map((operand) => evaluate(operand, scope));
  const decisive = operator === "OR";
  if (values.includes(decisive)) return decisive;
  return values.every((value) => typeof value === "boolean") ? !decisive : undefined;
}

function compare(operator: Comparison, left: unknown, right: unknown): boolean | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (operator === "=") return isDeepStrictEqual(left, right);
  if (operator === "!=") return !isDeepStrictEqual(left, right);
  if (typeof left !== typeof right || (typeof left !== "number" && typeof left !== "string"))
    return undefined;
  const order = rank(left, right);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return operator satisfies never;
  }
}

function call({ name, arguments: parameters }: Extract<Expression, { kind: "call" }>, scope: Scope): unknown {
  const [first, second] = parameters.map((one) => evaluate(one, scope));
  switch (name) {
    case "COUNT":
      return scope.count;
    case "IS_DEFINED":
      return first !== undefined;
    case "IS_NULL":
      return first === null;
    case "STARTSWITH":
      return typeof first === "string" && typeof second === "string" ? first.startsWith(second) : undefined;
    default:
      return name satisfies never;
  }
}

function compareBy(orderBy: readonly Order[], a: Scope, b: Scope): number {
  for (const { expression, direction } of orderBy) {
    const order = rank(evaluate(expression, a), evaluate(expression, b));
    if (order !== 0) return direction === "Ascending" ? order : -order;
  }
  return 0;
}

const TYPES: readonly string[] = ["undefined", "object", "boolean", "number", "string"];

/** Values of different types come one type after the other. */
function rank(a: unknown, b: unknown): number {
  if (typeof a !== typeof b) return TYPES.indexOf(typeof a) - TYPES.indexOf(typeof b);
  if (a === b || (typeof a !== "string" && typeof a !== "number" && typeof a !== "boolean")) return 0;
  return a < (b as typeof a) ? -1 : 1;
}
