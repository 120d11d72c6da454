/** Something in a statement that stands for a value. */
export type Term =
  | { readonly kind: "marker"; readonly position: number; readonly name?: string }
  | { readonly kind: "string" | "number" | "blob" | "uuid"; readonly text: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "collection"; readonly count: number; readonly items: readonly Term[] }
  | { readonly kind: "call"; readonly name: string; readonly given: readonly Term[] };

export interface Name {
  readonly keyspace?: string;
  readonly name: string;
}

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "in";

/** `of` names a column, or the partition key whose token is meant. */
export interface Relation {
  readonly of: string | { readonly token: readonly string[] };
  readonly operator: Operator;
  readonly terms: readonly Term[];
}

export type Only =
  | { readonly kind: "always" | "exists" | "absent" }
  | { readonly kind: "if"; readonly conditions: readonly Relation[] };

/** Options in the order in which they are written, such as `replication = {...}`. */
export type Options = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

export interface Selector {
  readonly what:
    | { readonly kind: "column"; readonly name: string }
    | { readonly kind: "count" }
    | { readonly kind: "token"; readonly of: readonly string[] }
    | { readonly kind: "written"; readonly column: string }
    | { readonly kind: "call"; readonly call: Term };
  readonly alias?: string;
}

export interface Select {
  readonly kind: "select";
  readonly table: Name;
  readonly selectors: "all" | readonly Selector[];
  readonly distinct: boolean;
  readonly where: readonly Relation[];
  readonly orderBy: readonly { readonly column: string; readonly descending: boolean }[];
  readonly limit?: Term;
  readonly filtering: boolean;
}

export type Modification = {
  readonly table: Name;
  readonly only: Only;
  readonly timestamp?: Term;
} & (
  | { readonly kind: "insert"; readonly columns: readonly string[]; readonly values: readonly Term[] }
  | {
      readonly kind: "update";
      readonly set: readonly { readonly column: string; readonly value: Term }[];
      readonly where: readonly Relation[];
    }
  | { readonly kind: "delete"; readonly columns: readonly string[]; readonly where: readonly Relation[] }
);

export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
}

export type SchemaStatement =
  | {
      readonly kind: "create-keyspace";
      readonly name: string;
      readonly unlessThere: boolean;
      readonly options: Options;
    }
  | {
      readonly kind: "create-table";
      readonly table: Name;
      readonly unlessThere: boolean;
      readonly columns: readonly ColumnDefinition[];
      readonly partitionKey: readonly string[];
      readonly clusteringKey: readonly string[];
      readonly descending: readonly string[];
    }
  | {
      readonly kind: "create-index";
      readonly table: Name;
      readonly index?: string;
      readonly column: string;
      readonly unlessThere: boolean;
    }
  | { readonly kind: "add-columns"; readonly table: Name; readonly columns: readonly ColumnDefinition[] }
  | { readonly kind: "drop-keyspace"; readonly name: string; readonly ifThere: boolean }
  | { readonly kind: "drop-table"; readonly table: Name; readonly ifThere: boolean };

export type Statement =
  | SchemaStatement
  | Select
  | Modification
  | { readonly kind: "truncate"; readonly table: Name }
  | { readonly kind: "use"; readonly keyspace: string };
