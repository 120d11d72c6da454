/** The part of the query language that the imitation understands. */
export type Expression =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "parameter"; readonly name: string }
  /** Steps from the document; none is the document itself. */
  | { readonly kind: "path"; readonly steps: readonly (string | number)[] }
  | { readonly kind: "not"; readonly operand: Expression }
  | {
      readonly kind: "logic";
      readonly operator: "AND" | "OR";
      readonly operands: readonly [Expression, Expression];
    }
  | {
      readonly kind: "comparison";
      readonly operator: Comparison;
      readonly operands: readonly [Expression, Expression];
    }
  | { readonly kind: "in"; readonly operand: Expression; readonly among: readonly Expression[] }
  | { readonly kind: "call"; readonly name: FunctionName; readonly arguments: readonly Expression[] }
  | { readonly kind: "array"; readonly elements: readonly Expression[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Expression])[] };

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

export const FUNCTIONS = ["COUNT", "IS_DEFINED", "IS_NULL", "STARTSWITH"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export type Projection =
  | { readonly kind: "all" }
  | { readonly kind: "value"; readonly expression: Expression }
  | { readonly kind: "members"; readonly members: readonly (readonly [string, Expression])[] };

export interface Order {
  readonly expression: Expression;
  readonly direction: "Ascending" | "Descending";
  /** As it was written. */
  readonly text: string;
}

export interface Query {
  readonly alias: string;
  readonly projection: Projection;
  readonly where: Expression | undefined;
  readonly orderBy: readonly Order[];
  /** As they were written, for a plan to put together anew. */
  readonly texts: { readonly projection: string; readonly from: string; readonly where: string };
}

export function countsDocuments({ projection }: Query): boolean {
  return projection.kind === "value" && containsCount(projection.expression);
}

/** A count stands alone, or inside the lists and objects of a plan. */
function containsCount(expression: Expression): boolean {
  switch (expression.kind) {
    case "call":
      return expression.name === "COUNT";
    case "array":
      return expression.elements.some(containsCount);
    case "object":
      return expression.members.some(([, member]) => containsCount(member));
    default:
      return false;
  }
}
