import type { AccessToken, GetTokenOptions, TokenCredential } from "@azure/identity";

let shared: Promise<TokenCredential> | undefined;

/**
 * The identity that this process has on Azure: that of the host, or of whoever is signed in. Loaded when it is first
 * asked for, since the SDK takes longer to load than most commands take to run.
 */
export function azureCredential(): Promise<TokenCredential> {
  shared ??= import("@azure/identity").then(({ DefaultAzureCredential }) =>
    joined(new DefaultAzureCredential()),
  );
  return shared;
}

/**
 * Finding a token may take longer than one request may. So it goes on when who asked for it has given up, and the
 * next one waits for the same.
 */
export function joined(credential: TokenCredential): TokenCredential {
  const underWay = new Map<string, Promise<AccessToken | null>>();
  return {
    getToken(scopes, { abortSignal: _, ...options }: GetTokenOptions = {}) {
      const { claims, tenantId } = options;
      const name = JSON.stringify([scopes, claims, tenantId]);
      const asked = underWay.get(name) ?? credential.getToken(scopes, options);
      underWay.set(name, asked);
      const forget = () => {
        underWay.delete(name);
      };
      asked.then(forget, forget);
      return asked;
    },
  };
}
