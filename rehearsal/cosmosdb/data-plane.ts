import { type Endpoint, serve } from "../azure/serve.ts";
import { type Answer, asWire, type Call, ok } from "../azure/wire.ts";
import type { Account } from "./account.ts";
import { locationsOf } from "./account-resource.ts";
import { type Access, authorize } from "./authorization.ts";
import type { Container } from "./container.ts";
import { callDefinitions } from "./definitions.ts";
import { createDocument, deleteDocument, readDocument, replaceDocument } from "./documents.ts";
import { checkFirewall } from "./firewall.ts";
import { executeMutate, MUTATE } from "./mutate.ts";
import { PARTITION_RANGES } from "./partition.ts";
import { query, readFeed } from "./queries.ts";
import { refuse } from "./refusal.ts";
import { liveContainer, liveDatabase } from "./sql-resources.ts";
import type { World } from "./world.ts";

/** Where the documents of one account are served, for as long as it lives. */
export function serveDocuments(world: World, account: Account): Promise<Endpoint> {
  const { clock, authority } = world;
  return serve(async (call) => answer(world, account, call), { port: 0, clock, authority });
}

function answer(world: World, account: Account, call: Call): Answer {
  if (account.phase === "Creating" || account.phase === "Failed")
    refuse(403, "Forbidden", `Database Account ${account.name} does not exist`, { subStatus: 1008 });
  checkFirewall(world, account);
  authorize(world, account, call, accessOf(call));
  checkConsistency(account, call);
  const [, database, , , collection] = call.path;
  if (call.path.length === 0) return describeAccount(account, call);
  if (collection === undefined || !["docs", "pkranges", "sprocs"].includes(collection))
    return callDefinitions(world, account, call);
  return callContainer(world, account, call, String(database));
}

/** From the strongest to the weakest. */
const LEVELS = ["Strong", "BoundedStaleness", "Session", "ConsistentPrefix", "Eventual"];

/** A request may ask for less than the account's level, never for more. */
function checkConsistency({ properties }: Account, { headers }: Call): void {
  const asked = headers["x-ms-consistency-level"];
  const level = String(asWire(properties["consistencyPolicy"])["defaultConsistencyLevel"]);
  if (asked === undefined || LEVELS.indexOf(asked) >= LEVELS.indexOf(level)) return;
  refuse(
    400,
    "BadRequest",
    `ConsistencyLevel ${asked} specified in the request is invalid when service is configured with consistency level ${level}. Ensure the request consistency level is not stronger than the service consistency level.`,
  );
}

const READ = "Microsoft.DocumentDB/databaseAccounts/readMetadata";
const CONTAINERS = "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers";

/** Which permission a call needs: keys may do everything, tokens nothing about the definitions but read them. */
function accessOf({ method, path, headers }: Call): Access {
  const [, , , , collection, id] = path;
  const asks = headers["x-ms-documentdb-isquery"] !== undefined || isPlan(headers);
  const writes = method !== "GET" && !asks;
  if (collection === "docs")
    return { writes, dataAction: `${CONTAINERS}/${documentAction(method, id, asks)}` };
  if (collection === "sprocs" && id !== undefined && method === "POST")
    return { writes, dataAction: `${CONTAINERS}/executeStoredProcedure` };
  const metadata = collection === undefined || collection === "pkranges";
  return { writes, dataAction: metadata && !writes ? READ : undefined };
}

function isPlan(headers: Call["headers"]): boolean {
  return headers["x-ms-cosmos-is-query-plan-request"] !== undefined;
}

function documentAction(method: string, id: string | undefined, asks: boolean): string {
  if (asks) return "executeQuery";
  if (method === "GET") return id === undefined ? "readChangeFeed" : "items/read";
  if (method === "DELETE") return "items/delete";
  if (method === "PUT") return "items/replace";
  return "items/create";
}

function describeAccount(account: Account, { origin }: Call): Answer {
  const { properties, name } = account;
  const locations = locationsOf(properties).map(({ locationName }) => ({
    name: locationName,
    databaseAccountEndpoint: `${origin}/`,
  }));
  const { defaultConsistencyLevel } = asWire(properties["consistencyPolicy"]);
  return ok({
    _self: "",
    id: name,
    _rid: name,
    _dbs: "//dbs/",
    media: "//media/",
    addresses: "//addresses/",
    writableLocations: locations.slice(0, 1),
    readableLocations: locations,
    enableMultipleWriteLocations: properties["enableMultipleWriteLocations"] === true,
    userConsistencyPolicy: { defaultConsistencyLevel },
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 3, maxReplicasetSize: 4 },
    systemReplicationPolicy: { minReplicaSetSize: 3, maxReplicasetSize: 4 },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: "{}",
  });
}

function callContainer(world: World, account: Account, call: Call, databaseName: string): Answer {
  const { method, path } = call;
  const [, , , containerName = "", collection, id] = path;
  const database = liveDatabase(account, databaseName) ?? ownerNotFound();
  const container = liveContainer(database, containerName) ?? ownerNotFound();
  if (collection === "pkranges") return ranges(container);
  if (collection === "sprocs")
    return method === "POST" && id !== undefined
      ? execute(world, container, call, id)
      : callDefinitions(world, account, call);
  return callDocuments(world, container, call);
}

function ownerNotFound(): never {
  return refuse(404, "NotFound", 'Message: {"Errors":["Owner resource does not exist"]}', {
    subStatus: 1003,
  });
}

function ranges({ definition }: Container): Answer {
  const PartitionKeyRanges = PARTITION_RANGES.map((range) => ({
    ...range,
    _rid: definition.rid,
    status: "online",
  }));
  return ok({ _rid: definition.rid, PartitionKeyRanges, _count: PartitionKeyRanges.length });
}

function execute(world: World, container: Container, call: Call, id: string): Answer {
  if (!container.scripts.storedProcedures.has(id))
    refuse(
      404,
      "NotFound",
      'Message: {"Errors":["Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found"]}',
    );
  if (id !== MUTATE) refuse(501, "NotImplemented", `The rehearsal can execute "${MUTATE}" only, not "${id}"`);
  return executeMutate(world, container, call);
}

function callDocuments(world: World, container: Container, call: Call): Answer {
  const { method, path, headers } = call;
  if (path.length === 5 && method === "GET") return readFeed(world, container, call);
  if (path.length === 5)
    return headers["x-ms-documentdb-isquery"] !== undefined || isPlan(headers)
      ? query(world, container, call)
      : createDocument(world, container, call);
  if (method === "GET") return readDocument(world, container, call);
  if (method === "PUT") return replaceDocument(world, container, call);
  if (method === "DELETE") return deleteDocument(world, container, call);
  return refuse(405, "MethodNotAllowed", `The method '${method}' is not allowed on a document`);
}
