import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import type { KubeConfig } from "@kubernetes/client-node";

/** What STS is asked through the token, and how long the API server takes it after it was signed. */
const SIGNED_FOR_S = 60;
const TAKEN_FOR_MS = 15 * 60_000;
/** Renewed well before, since instances may be held when it is needed. */
const RENEWED_AFTER_MS = TAKEN_FOR_MS - 5 * 60_000;

const PREFIX = "k8s-aws-v1.";

export interface EksCluster {
  readonly cluster: string;
  readonly region: string;
  readonly profile?: string;
}

/** What the client library asks for the headers of each request. */
type Authenticator = Parameters<KubeConfig["addAuthenticator"]>[0];

type Credentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

/** Presents the AWS identity of this process to the API server of an EKS cluster. */
export function eksToken(eks: EksCluster, credentials?: Credentials): Authenticator {
  let signed: { readonly token: string; readonly atMs: number } | undefined;
  return {
    isAuthProvider: () => true,
    applyAuthentication: async (_user, options) => {
      if (signed === undefined || performance.now() - signed.atMs > RENEWED_AFTER_MS)
        signed = { token: await sign(eks, credentials ?? (await chainFor(eks))), atMs: performance.now() };
      options.headers = { ...options.headers, Authorization: `Bearer ${signed.token}` };
    },
  };
}

async function chainFor({ profile }: EksCluster): Promise<Credentials> {
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  return defaultProvider(profile === undefined ? {} : { profile });
}

/**
 * The token is a question to STS, who am I, signed by us and asked by the API server: the address without its
 * scheme would not do, and the cluster's name is signed too, so that no other cluster can use it.
 */
async function sign({ cluster, region }: EksCluster, credentials: Credentials): Promise<string> {
  const { SignatureV4 } = await import("@smithy/signature-v4");
  const hostname = `sts.${region}.${region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com"}`;
  const signer = new SignatureV4({
    service: "sts",
    region,
    credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const { query = {} } = await signer.presign(
    {
      method: "GET",
      protocol: "https:",
      hostname,
      path: "/",
      query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
      headers: { host: hostname, "x-k8s-aws-id": cluster },
    },
    { expiresIn: SIGNED_FOR_S, unhoistableHeaders: new Set(["x-k8s-aws-id"]) },
  );
  const url = `https://${hostname}/?${new URLSearchParams(query as Record<string, string>)}`;
  return `${PREFIX}${Buffer.from(url).toString("base64url")}`;
}

/** The hash that the signer wants, by Node's own. */
class Sha256 {
  #hash: Hash | Hmac;
  readonly #secret: string | ArrayBuffer | ArrayBufferView | undefined;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret;
    this.#hash = this.#begin();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    const secret = this.#secret;
    if (secret === undefined) return createHash("sha256");
    return createHmac("sha256", typeof secret === "string" ? secret : bytesOf(secret));
  }
}

function bytesOf(secret: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(secret)) return new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
  return new Uint8Array(secret);
}
