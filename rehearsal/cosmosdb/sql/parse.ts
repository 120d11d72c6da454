import { refuse } from ".././refusal.ts";
import {
  type Comparison,
  type Expression,
  FUNCTIONS,
  type FunctionName,
  type Order,
  type Projection,
  type Query,
} from "./query.ts";
import { Reader } from "./reader.ts";
import { unquote } from "./tokens.ts";

/** `SELECT ... FROM alias [WHERE ...] [ORDER BY ...]`; the rest of the language is refused. */
export function parseQuery(text: string): Query {
  const reader = new Reader(text);
  findAlias(reader, text);
  reader.expect("SELECT");
  const [projection, projectionText] = reader.written(() => readProjection(reader));
  reader.expect("FROM");
  const [alias, from] = reader.written(() => readFrom(reader));
  const [where, whereText] = reader.accept("WHERE")
    ? reader.written(() => readExpression(reader))
    : ([undefined, ""] as const);
  const orderBy = reader.accept("ORDER") ? readOrder(reader) : [];
  if (reader.next.kind !== "end") reader.fail();
  return { alias, projection, where, orderBy, texts: { projection: projectionText, from, where: whereText } };
}

/** The alias stands behind the projection that already uses it. */
function findAlias(reader: Reader, text: string): void {
  const [, name, alias] = /\bFROM\s+(\w+)(?:\s+(?:AS\s+)?(?!WHERE\b|ORDER\b)(\w+))?/i.exec(text) ?? [];
  reader.aliases.clear();
  reader.aliases.add(alias ?? name ?? "c");
}

function readFrom(reader: Reader): string {
  const name = reader.takeKind("word").text;
  reader.accept("AS");
  const another = reader.next.kind === "word" && !reader.is("WHERE") && !reader.is("ORDER");
  return another ? reader.take().text : name;
}

function readProjection(reader: Reader): Projection {
  if (reader.accept("*")) return { kind: "all" };
  if (reader.accept("VALUE")) return { kind: "value", expression: readExpression(reader) };
  const members = reader.list(() => readMember(reader));
  return { kind: "members", members: members.map(([name, value], at) => [name ?? `$${at + 1}`, value]) };
}

function readMember(reader: Reader): readonly [string | undefined, Expression] {
  const value = readExpression(reader);
  if (reader.accept("AS")) return [reader.takeKind("word").text, value];
  const last = value.kind === "path" ? value.steps.at(-1) : undefined;
  return [last === undefined ? undefined : String(last), value];
}

function readOrder(reader: Reader): readonly Order[] {
  reader.expect("BY");
  return reader.list(() => {
    const [expression, text] = reader.written(() => readExpression(reader));
    const descending = reader.accept("DESC");
    if (!descending) reader.accept("ASC");
    return { expression, text, direction: descending ? "Descending" : "Ascending" };
  });
}

function readExpression(reader: Reader): Expression {
  let left = readConjunction(reader);
  while (reader.accept("OR"))
    left = { kind: "logic", operator: "OR", operands: [left, readConjunction(reader)] };
  return left;
}

function readConjunction(reader: Reader): Expression {
  let left = readNegation(reader);
  while (reader.accept("AND"))
    left = { kind: "logic", operator: "AND", operands: [left, readNegation(reader)] };
  return left;
}

function readNegation(reader: Reader): Expression {
  if (reader.accept("NOT")) return { kind: "not", operand: readNegation(reader) };
  const left = readOperand(reader);
  const operator = COMPARISONS[reader.next.text];
  if (operator !== undefined && reader.next.kind === "sign") {
    reader.take();
    return { kind: "comparison", operator, operands: [left, readOperand(reader)] };
  }
  if (!reader.accept("IN")) return left;
  reader.expect("(");
  const among = reader.list(() => readExpression(reader));
  reader.expect(")");
  return { kind: "in", operand: left, among };
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "=": "=",
  "!=": "!=",
  "<>": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

const CONSTANTS: Readonly<Record<string, unknown>> = {
  TRUE: true,
  FALSE: false,
  NULL: null,
  UNDEFINED: undefined,
};

function readOperand(reader: Reader): Expression {
  const { kind, text } = reader.next;
  switch (kind) {
    case "text":
      return { kind: "literal", value: unquote(reader.take().text) };
    case "number":
      return { kind: "literal", value: Number(reader.take().text) };
    case "parameter":
      return { kind: "parameter", name: reader.take().text };
    case "word":
      return readWord(reader, reader.take().text);
    case "sign":
      return readBracket(reader, text);
    case "end":
      return reader.fail();
    default:
      return kind satisfies never;
  }
}

/** Words of the rest of the language. */
const UNKNOWN = new Set(["DISTINCT", "TOP", "EXISTS", "UDF"]);

function readWord(reader: Reader, word: string): Expression {
  const upper = word.toUpperCase();
  const name = FUNCTIONS.find((known) => known === upper);
  if (name !== undefined) return readCall(reader, name);
  if (upper in CONSTANTS && !reader.aliases.has(word)) return { kind: "literal", value: CONSTANTS[upper] };
  if (UNKNOWN.has(upper)) reader.fail();
  if (!reader.aliases.has(word))
    refuse(
      400,
      "BadRequest",
      `Message: {"errors":[{"severity":"Error","code":"SC2001","message":"Identifier '${word}' could not be resolved."}]}`,
    );
  return { kind: "path", steps: readSteps(reader) };
}

function readCall(reader: Reader, name: FunctionName): Expression {
  reader.expect("(");
  const parameters = reader.list(() => readExpression(reader));
  reader.expect(")");
  return { kind: "call", name, arguments: parameters };
}

function readSteps(reader: Reader): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  for (;;) {
    if (reader.accept(".")) steps.push(reader.takeKind("word").text);
    else if (reader.accept("[")) {
      const { kind, text } = reader.take();
      steps.push(kind === "number" ? Number(text) : unquote(text));
      reader.expect("]");
    } else return steps;
  }
}

function readBracket(reader: Reader, sign: string): Expression {
  if (reader.accept("(")) {
    const inner = readExpression(reader);
    reader.expect(")");
    return inner;
  }
  if (reader.accept("[")) {
    const elements = reader.list(() => readExpression(reader));
    reader.expect("]");
    return { kind: "array", elements };
  }
  if (sign !== "{") return reader.fail();
  reader.take();
  const members = reader.list((): readonly [string, Expression] => {
    const { kind, text } = reader.take();
    reader.expect(":");
    return [kind === "text" ? unquote(text) : text, readExpression(reader)];
  });
  reader.expect("}");
  return { kind: "object", members };
}
