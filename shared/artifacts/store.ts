import type { Readable } from "node:stream";

/** What is known of an object that is in a store as a whole. */
export interface StoredObject {
  readonly bytes: number;
}

/** Where dumps are kept. Keys are relative to the store: `payments/backup-.../main.dump.zst`. */
export interface ArtifactStore {
  /** For messages, such as `bucket "ledger-dumps"`. */
  readonly name: string;
  /**
   * Why dumps would not be safe in it, such as a public bucket. It writes and removes a small object to see whether
   * it may; nothing is left behind.
   */
  problems(): Promise<readonly string[]>;
  /**
   * Stores all of the stream under a key, which must not exist, in constant memory. Where the stream fails or the
   * signal fires, nothing is left under the key, and what was uploaded is removed as far as can be. `expectedBytes`
   * chooses the size of the parts: an object of twice as many must still fit.
   */
  put(
    key: string,
    body: Readable,
    options: { readonly expectedBytes: number; readonly signal?: AbortSignal },
  ): Promise<StoredObject>;
  /** A small object, such as a manifest, written as a whole or not at all. */
  putText(key: string, text: string): Promise<void>;
  getText(key: string): Promise<string | undefined>;
  /** Undefined where there is no such object. */
  head(key: string): Promise<StoredObject | undefined>;
  /** `DUMP_DAMAGED` where there is no such object. A stream that ends early fails; it is never a short one. */
  get(key: string, signal?: AbortSignal): Promise<Readable>;
  /** Done too where there is nothing. */
  remove(key: string): Promise<void>;
  close(): void;
}
