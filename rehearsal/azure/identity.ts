import { createHmac } from "node:crypto";
import { Refusal } from "./refusal.ts";
import type { Answer, Call, Wire } from "./wire.ts";

const TOKEN_S = 3_600;

/**
 * The same for every imitation, as one tenant signs for all of Azure: the client library keeps a token for as long as
 * its process lives, and a process may meet several imitations.
 */
const SIGNING_SECRET = "stillpoint rehearsal";
const HEADER = "stillpoint-rehearsal";

/** The one managed identity of the rehearsal, and the tokens that were issued to it. */
export class Identity {
  readonly tenant: string;
  readonly principalId: string;
  readonly header: string = HEADER;

  constructor(tenant: string, principalId: string) {
    this.tenant = tenant;
    this.principalId = principalId;
  }

  /** As the endpoint that App Service gives to an application with a managed identity. */
  answer({ headers, query }: Call): Answer {
    if (headers["x-identity-header"] !== this.header)
      throw new Refusal(401, { statusCode: 401, message: "Unauthorized" }, "Unauthorized");
    const resource = query.get("resource") ?? "";
    const expires = Math.floor(Date.now() / 1000) + TOKEN_S;
    return {
      status: 200,
      body: {
        access_token: this.#token({ aud: resource, oid: this.principalId, tid: this.tenant, exp: expires }),
        expires_on: String(expires),
        resource,
        token_type: "Bearer",
      },
    };
  }

  /** Whose token it is; nobody's when it was not issued here or has expired. */
  principalOf(token: string): string | undefined {
    const [head, payload, signature] = token.split(".");
    if (signature === undefined || signature !== sign(`${head}.${payload}`)) return undefined;
    const claims = JSON.parse(Buffer.from(String(payload), "base64url").toString()) as Wire;
    return Number(claims["exp"]) * 1000 > Date.now() ? String(claims["oid"]) : undefined;
  }

  #token(claims: Wire): string {
    const part = (value: Wire) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
    return `${text}.${sign(text)}`;
  }
}

function sign(text: string): string {
  return createHmac("sha256", SIGNING_SECRET).update(text).digest("base64url");
}
