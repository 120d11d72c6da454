import type { Client, HttpResponse } from "@azure-rest/core-client";
import { StillpointError } from "../../errors/stillpoint-error.ts";
import type { ArmConnection } from "./connection.ts";
import { PUBLIC_ARM } from "./options.ts";
import { attempt, unlessAbsent } from "./refusal.ts";

/** Of providers that others than databases have. */
export const API = {
  network: "2024-05-01",
  diagnosticSettings: "2021-05-01-preview",
  roleAssignments: "2022-04-01",
  permissions: "2022-04-01",
  locks: "2020-05-01",
  metricAlerts: "2018-03-01",
} as const;

/** A resource as JSON. */
export type Wire = Readonly<Record<string, unknown>>;

export interface ArmResource extends Wire {
  readonly id?: string;
  readonly name?: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: Wire;
}

/** Far more pages than any list that is read here fills. */
const MOST_PAGES = 100;

/** Undefined where there is none. */
export async function readResource(
  connection: ArmConnection,
  id: string,
  version: string,
): Promise<ArmResource | undefined> {
  const client = await connection.resources();
  return attempt("read", id, () =>
    unlessAbsent(async () => {
      const answer = await client.path(id).get({ queryParameters: { "api-version": version } });
      return (await bodyOf(answer, "200")) as ArmResource;
    }),
  );
}

export async function listResources(
  connection: ArmConnection,
  id: string,
  version: string,
  filter?: string,
): Promise<readonly ArmResource[]> {
  const client = await connection.resources();
  return attempt("list", id, async () => {
    const queryParameters = { "api-version": version, ...(filter && { $filter: filter }) };
    let answer: HttpResponse = await client.path(id).get({ queryParameters });
    const found: ArmResource[] = [];
    for (let page = 0; page < MOST_PAGES; page++) {
      const { value = [], nextLink } = (await bodyOf(answer, "200")) as {
        value?: readonly ArmResource[];
        nextLink?: string;
      };
      found.push(...value);
      if (!nextLink) return found;
      answer = await client.pathUnchecked(trusted(connection, nextLink)).get();
    }
    throw new StillpointError("DATABASE_REFUSED", `"${id}" has more than ${MOST_PAGES} pages`);
  });
}

/** Begins it; whether it has ended is read from the resource. */
export async function putResource(
  connection: ArmConnection,
  id: string,
  version: string,
  body: Wire,
): Promise<ArmResource> {
  const client = await connection.resources();
  return attempt("write", id, async () => {
    const answer = await client.path(id).put({ queryParameters: { "api-version": version }, body });
    return (await bodyOf(answer, "200", "201", "202")) as ArmResource;
  });
}

export interface Begun {
  /** Where the operation is asked for, where the service tells. */
  readonly operation?: string;
}

/** Begins a change, and tells where to ask how it goes. */
export async function beginOn(
  connection: ArmConnection,
  id: string,
  version: string,
  call: { readonly method: "PUT" | "PATCH" | "POST"; readonly body: Wire },
  client?: Client,
): Promise<Begun> {
  const used = client ?? (await connection.resources());
  const { method, body } = call;
  const action = method === "POST" ? "call" : "write";
  return attempt(action, id, async () => {
    const path = used.path(id);
    const parameters = { queryParameters: { "api-version": version }, body };
    const send = {
      PUT: () => path.put(parameters),
      PATCH: () => path.patch(parameters),
      POST: () => path.post(parameters),
    };
    const answer = await send[method]();
    await bodyOf(answer, "200", "201", "202", "204");
    const operation = answer.headers["azure-asyncoperation"];
    return operation === undefined ? {} : { operation };
  });
}

/** What a question that is put as a POST answers. */
export async function askResource(
  connection: ArmConnection,
  id: string,
  version: string,
  body: Wire,
): Promise<Wire> {
  const client = await connection.resources();
  return attempt("ask", id, async () => {
    const answer = await client.path(id).post({ queryParameters: { "api-version": version }, body });
    return (await bodyOf(answer, "200")) as Wire;
  });
}

/** Begins it; one that is gone already is fine. */
export async function deleteResource(connection: ArmConnection, id: string, version: string): Promise<void> {
  const client = await connection.resources();
  await attempt("delete", id, () =>
    unlessAbsent(async () => {
      const answer = await client.path(id).delete({ queryParameters: { "api-version": version } });
      return bodyOf(answer, "200", "202", "204");
    }),
  );
}

/** What an address of Azure Resource Manager itself answers; undefined where it is none, or it answers nothing of use. */
export async function readLink(connection: ArmConnection, link: string): Promise<Wire | undefined> {
  if (!isTrusted(connection, link)) return undefined;
  const client = await connection.resources();
  const answer = await client.pathUnchecked(link).get();
  const { body } = answer;
  return answer.status === "200" && typeof body === "object" && body !== null ? (body as Wire) : undefined;
}

function trusted(connection: ArmConnection, link: string): string {
  if (isTrusted(connection, link)) return link;
  throw new StillpointError("DATABASE_REFUSED", `the service answered a link to elsewhere: "${link}"`);
}

/** The token goes along: nobody but Azure Resource Manager gets it, whatever a journal or an answer says. */
function isTrusted({ address }: ArmConnection, link: string): boolean {
  const { armEndpoint = PUBLIC_ARM } = address;
  return URL.canParse(link) && new URL(link).origin === new URL(armEndpoint).origin;
}

async function bodyOf(answer: HttpResponse, ...statuses: readonly string[]): Promise<unknown> {
  if (statuses.includes(answer.status)) return answer.body ?? {};
  const { createRestError } = await import("@azure-rest/core-client");
  throw createRestError(answer);
}
