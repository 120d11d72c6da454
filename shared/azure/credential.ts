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
  shared.catch(() => {
    shared = undefined;
  });
  return shared;
}

/** Whoever gives out tokens may never answer, and no timeout of the SDK covers that. */
const ANSWER_LIMIT_MS = 20_000;

interface UnderWay {
  readonly asked: Promise<AccessToken | null>;
  readonly sinceMs: number;
}

/**
 * Finding a token may take longer than one request may. So it goes on when who asked for it has given up, and the
 * next one waits for the same; for so long, and then it is asked for anew.
 */
export function joined(credential: TokenCredential, limitMs = ANSWER_LIMIT_MS): TokenCredential {
  const underWay = new Map<string, UnderWay>();
  return {
    getToken(scopes, { abortSignal, ...options }: GetTokenOptions = {}) {
      const { claims, tenantId } = options;
      const name = JSON.stringify([scopes, claims, tenantId]);
      const nowMs = performance.now();
      const before = underWay.get(name);
      if (before !== undefined && nowMs - before.sinceMs < limitMs)
        return unlessAborted(before.asked, abortSignal);
      const asking = { asked: credential.getToken(scopes, options), sinceMs: nowMs };
      underWay.set(name, asking);
      const forget = () => {
        if (underWay.get(name) === asking) underWay.delete(name);
      };
      asking.asked.then(forget, forget);
      return unlessAborted(asking.asked, abortSignal);
    },
  };
}

/** The SDKs' clients wait for one token at a time: who never heard of it would keep all others waiting. */
function unlessAborted<T>(work: Promise<T>, signal: GetTokenOptions["abortSignal"]): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(Object.assign(new Error("no token came in time"), { name: "AbortError" }));
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp);
    const over = () => signal.removeEventListener("abort", giveUp);
    work.then(resolve, reject).finally(over);
  });
}
