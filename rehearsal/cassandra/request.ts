import type { Consistency } from "./consistency.ts";
import type { CqlType } from "./cql-type.ts";
import type { LiveNode, Members, SchemaChange } from "./members.ts";
import type { Timestamp } from "./storage/rows.ts";
import type { Value } from "./value.ts";

/** What a client gives with a statement. A value that is undefined was "not set". */
export interface Parameters {
  readonly values: readonly (Value | undefined)[];
  /** Where values come by name instead of position. */
  readonly names?: readonly string[];
  readonly level: Consistency;
  readonly serialLevel: "SERIAL" | "LOCAL_SERIAL";
  readonly pageSize?: number;
  readonly pagingState?: Buffer;
  readonly timestamp?: Timestamp;
  readonly skipMetadata?: boolean;
}

/** Whoever asks: by way of which node, and in which keyspace. */
export interface Session {
  readonly members: Members;
  readonly coordinator: LiveNode;
  readonly keyspace?: string;
}

export interface ResultColumn {
  readonly keyspace: string;
  readonly table: string;
  readonly name: string;
  readonly type: CqlType;
}

export type Answer =
  | { readonly kind: "void" }
  | {
      readonly kind: "rows";
      readonly columns: readonly ResultColumn[];
      readonly rows: readonly (readonly Value[])[];
      readonly pagingState?: Buffer;
      /** They differ from one time to the next: a client cannot know them beforehand. */
      readonly conditional?: boolean;
    }
  | { readonly kind: "keyspace"; readonly keyspace: string }
  | { readonly kind: "schema"; readonly change: SchemaChange };
