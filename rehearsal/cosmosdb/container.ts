import { randomBytes } from "node:crypto";
import { asWire, type Wire } from "../azure/wire.ts";
import { Journal } from "../dynamodb/journal.ts";
import { partitionKeyOf } from "./partition.ts";

/** A document as it is stored and answered, with the members that the service adds. */
export type Document = Wire & { readonly id: string };

export type ScriptKind = "storedProcedures" | "triggers" | "userDefinedFunctions";

/** A definition that can be read and replaced: of a database, a container or a script. */
export interface Definition {
  readonly id: string;
  readonly rid: string;
  readonly changedAtMs: number;
  readonly etag: string;
  /** As it was sent, with the defaults of the service. */
  readonly resource: Wire;
}

export function define(resource: Wire, nowMs: number, rid: string = newRid(8)): Definition {
  return { id: String(resource["id"]), rid, changedAtMs: nowMs, etag: newEtag(), resource };
}

export function newRid(bytes: number): string {
  return randomBytes(bytes).toString("base64url").concat("==");
}

function newEtag(): string {
  return `"${crypto.randomUUID()}"`;
}

/** `_rid` and the like, as both planes answer them. */
export function describeDefinition({ resource, rid, changedAtMs, etag }: Definition): Wire {
  return { ...resource, _rid: rid, _ts: Math.floor(changedAtMs / 1000), _etag: etag };
}

/** Manual or autoscale: never both. */
export type Throughput =
  | { readonly kind: "manual"; readonly throughput: number }
  | { readonly kind: "autoscale"; readonly maxThroughput: number };

/** From the options of a creation, or from the resource of a change: nothing where neither kind is named. */
export function throughputOf(options: Wire): Throughput | undefined {
  const { maxThroughput } = asWire(options["autoscaleSettings"]);
  if (typeof maxThroughput === "number") return { kind: "autoscale", maxThroughput };
  const { throughput } = options;
  return typeof throughput === "number" ? { kind: "manual", throughput } : undefined;
}

/** Between its creation and its deletion; one made again under the same name is another. */
export interface Lifetime {
  createdAtMs: number;
  deletedAtMs: number | undefined;
}

/** One incarnation of a container, with everything that was ever in it. */
export class Container implements Lifetime {
  createdAtMs: number;
  deletedAtMs: number | undefined;
  throughput: Throughput | undefined;
  readonly scripts: Readonly<Record<ScriptKind, Map<string, Definition>>> = {
    storedProcedures: new Map(),
    triggers: new Map(),
    userDefinedFunctions: new Map(),
  };
  readonly journal: Journal<Document>;
  readonly #definitions: Definition[];
  /** By their partition key, then by their id. */
  readonly #partitions = new Map<string, Map<string, Document>>();

  constructor(definition: Definition, throughput: Throughput | undefined, nowMs: number, statesMax: number) {
    this.#definitions = [definition];
    this.throughput = throughput;
    this.createdAtMs = nowMs;
    this.journal = new Journal(statesMax);
  }

  get definition(): Definition {
    return this.#definitions.at(-1) as Definition;
  }

  set definition(definition: Definition) {
    this.#definitions.push(definition);
  }

  /** A restore brings the settings of its second back, not those of today. */
  definitionAt(atMs: number): Definition {
    const known = this.#definitions.findLast(({ changedAtMs }) => changedAtMs <= atMs);
    return known ?? (this.#definitions[0] as Definition);
  }

  get name(): string {
    return this.definition.id;
  }

  get partitionKeyPath(): string {
    const { paths } = asWire(this.definition.resource["partitionKey"]) as { paths?: readonly string[] };
    return paths?.[0] ?? "/_partitionKey";
  }

  /** Partition key by partition key. */
  documents(nowMs: number): readonly Document[] {
    return this.#alive(
      [...this.#partitions.values()].flatMap((partition) => [...partition.values()]),
      nowMs,
    );
  }

  documentsOf(partitionKey: unknown, nowMs: number): readonly Document[] {
    return this.#alive([...(this.#partitions.get(textOf(partitionKey))?.values() ?? [])], nowMs);
  }

  find(partitionKey: unknown, id: string, nowMs: number): Document | undefined {
    const document = this.#partitions.get(textOf(partitionKey))?.get(id);
    return document && isExpired(this.definition, document, nowMs) ? undefined : document;
  }

  /** Stores a document with new system members; the answer is what is stored. */
  write(document: Document, atMs: number): Document {
    const rid = this.#partitionOf(document).get(document.id)?.["_rid"] ?? newRid(16);
    const stored = {
      ...document,
      _rid: rid,
      _self: `dbs/${this.definition.rid}/docs/${rid}/`,
      _etag: newEtag(),
      _attachments: "attachments/",
      _ts: Math.floor(atMs / 1000),
    };
    this.#keep(stored, atMs);
    return stored;
  }

  remove(document: Document, atMs: number): void {
    this.#partitionOf(document).delete(document.id);
    this.#record(document, atMs, undefined);
  }

  /** Takes documents over as they are, at the birth of a restored container. */
  fill(documents: readonly Document[]): void {
    for (const document of documents) this.#keep(document, this.createdAtMs);
  }

  #keep(document: Document, atMs: number): void {
    this.#partitionOf(document).set(document.id, document);
    this.#record(document, atMs, document);
  }

  #record(document: Document, atMs: number, state: Document | undefined): void {
    const { id } = document;
    const key = JSON.stringify([partitionKeyOf(this.partitionKeyPath, document) ?? null, id]);
    this.journal.record(key, { id }, atMs, state);
  }

  #partitionOf(document: Document): Map<string, Document> {
    const key = textOf(partitionKeyOf(this.partitionKeyPath, document));
    const known = this.#partitions.get(key) ?? new Map<string, Document>();
    this.#partitions.set(key, known);
    return known;
  }

  #alive(documents: readonly Document[], nowMs: number): readonly Document[] {
    return documents.filter((document) => !isExpired(this.definition, document, nowMs));
  }
}

function textOf(partitionKey: unknown): string {
  return JSON.stringify(partitionKey ?? null);
}

/** The partition key's part of a journal's key: a transaction of a partition is cut as a whole. */
export function partitionOfKey(key: string): string {
  return textOf((JSON.parse(key) as readonly unknown[])[0]);
}

/** By the container's time to live, or by the document's own where the container allows any. */
export function isExpired({ resource }: Definition, document: Document, atMs: number): boolean {
  const { defaultTtl } = resource;
  if (typeof defaultTtl !== "number") return false;
  const ttl = typeof document["ttl"] === "number" ? document["ttl"] : defaultTtl;
  return ttl > 0 && (Number(document["_ts"]) + ttl) * 1000 <= atMs;
}
