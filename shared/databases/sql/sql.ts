import type { CertificateSource } from "../../config/config.ts";

export type SqlEngine = "postgresql" | "mysql";

/** Where a server is asked and as whom, its secret resolved: never to be written anywhere. */
export interface SqlAddress {
  readonly engine: SqlEngine;
  readonly host: string;
  readonly port: number;
  /** PostgreSQL only. */
  readonly database?: string;
  readonly user: string;
  readonly password: string;
  /** Always verified where it is not off. */
  readonly tls: "off" | { readonly ca?: CertificateSource };
}

export type SqlRow = Readonly<Record<string, unknown>>;

/** One connection, or a few of them that are opened when needed. Failures are `StillpointError`s, see `refusal.ts`. */
export interface Sql {
  readonly engine: SqlEngine;
  query(text: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
  /** Rows in batches of at most `batch`, in constant memory: a server-side cursor, or an unbuffered result. */
  stream(text: string, values: readonly unknown[], batch: number): AsyncIterable<readonly SqlRow[]>;
  /** One connection of its own, for what must not be shared: a transaction, a lock. */
  session(): Promise<SqlSession>;
  close(): void;
}

export interface SqlSession {
  query(text: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
  end(): Promise<void>;
}
