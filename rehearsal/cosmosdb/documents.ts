import { type Answer, asWire, type Call, type Wire } from "../azure/wire.ts";
import type { Container, Document } from "./container.ts";
import { partitionKeyOf } from "./partition.ts";
import { keyOf } from "./queries.ts";
import { refuse } from "./refusal.ts";
import type { World } from "./world.ts";

export function readDocument(world: World, container: Container, call: Call): Answer {
  return answer(200, requireDocument(world, container, call));
}

/** A new document; as an upsert, also in the place of one that is there. */
export function createDocument(world: World, container: Container, call: Call): Answer {
  const document = documentOf(container, call);
  const key = partitionKeyOf(container.partitionKeyPath, document);
  const known = container.find(key, document.id, world.clock.now());
  if (known && call.headers["x-ms-documentdb-is-upsert"]?.toLowerCase() !== "true")
    refuse(409, "Conflict", "Entity with the specified id already exists in the system.");
  if (known) checkMatch(known, call);
  return answer(known ? 200 : 201, container.write(document, world.clock.now()));
}

export function replaceDocument(world: World, container: Container, call: Call): Answer {
  checkMatch(requireDocument(world, container, call), call);
  return answer(200, container.write(documentOf(container, call), world.clock.now()));
}

export function deleteDocument(world: World, container: Container, call: Call): Answer {
  const known = requireDocument(world, container, call);
  checkMatch(known, call);
  container.remove(known, world.clock.now());
  return { status: 204 };
}

function requireDocument(world: World, container: Container, { path, headers }: Call): Document {
  const key = keyOf(headers["x-ms-documentdb-partitionkey"] ?? "[{}]");
  const document = container.find(key, path[5] ?? "", world.clock.now());
  return document ?? refuse(404, "NotFound", "Entity with the specified id does not exist in the system.");
}

function documentOf(container: Container, { body, headers }: Call): Document {
  const document: Wire = asWire(body);
  if (typeof document["id"] !== "string" || document["id"] === "")
    refuse(
      400,
      "BadRequest",
      "The input content is invalid because the required properties - 'id; ' - are missing",
    );
  checkId(document["id"]);
  const header = headers["x-ms-documentdb-partitionkey"];
  if (header !== undefined && keyOf(header) !== partitionKeyOf(container.partitionKeyPath, document))
    refuse(
      400,
      "BadRequest",
      "PartitionKey extracted from document doesn't match the one specified in the header.",
      { subStatus: 1001 },
    );
  return document as Document;
}

/** An id is part of a path. */
export function checkId(id: string): void {
  if (/[/\\?#]/.test(id))
    refuse(400, "BadRequest", `Id contains illegal chars: '/', '\\', '?' and '#' are not allowed in '${id}'`);
}

function checkMatch(known: Document, { headers }: Call): void {
  const expected = headers["if-match"];
  if (expected === undefined || expected === "*" || expected === known["_etag"]) return;
  refuse(412, "PreconditionFailed", "One of the specified pre-condition is not met.");
}

function answer(status: number, document: Document): Answer {
  return { status, headers: { etag: String(document["_etag"]), "x-ms-request-charge": "1" }, body: document };
}
