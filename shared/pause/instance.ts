/** One process that serves the Scalar Admin interface. */
export interface Instance {
  /** Name of the component in the configuration, such as `ledger`. */
  readonly component: string;
  readonly host: string;
  readonly port: number;
  /** Identity over time where the discovery knows one (a pod's uid); an address alone can be taken over. */
  readonly uid?: string;
  /** Where Kubernetes knows it: what became of it can be asked there, whoever has its address by now. */
  readonly pod?: InstancePod;
}

export interface InstancePod {
  readonly namespace: string;
  readonly name: string;
  /** Address of the API server: another cluster may know the name too, or not. */
  readonly server: string;
}

/** `host:port`, with brackets around an IPv6 address. */
export function addressOf(instance: { readonly host: string; readonly port: number }): string {
  return instance.host.includes(":")
    ? `[${instance.host}]:${instance.port}`
    : `${instance.host}:${instance.port}`;
}

/** Each address once: what was recorded and what is discovered are mostly the same. */
export function distinctInstances(instances: readonly Instance[]): readonly Instance[] {
  return [...new Map(instances.map((one) => [addressOf(one), one])).values()];
}

/** What the list of instances rests on; the verdict names it. */
export type DiscoveryBasis = "list" | "dns" | "kubernetes";

export interface Discovery {
  readonly instances: readonly Instance[];
  readonly basis: DiscoveryBasis;
  /** Set where the answers of the discovery did not agree with each other, or tell of a change. */
  readonly disagreement?: string;
  /** Processes that run, or may at any moment, and have no address to be asked at. */
  readonly unaddressed?: readonly string[];
}

/** When a question was sent and answered, in ms on our clock. An answer that never came has the time we gave up. */
export interface Asked {
  readonly sentMs: number;
  readonly answeredMs: number;
}

/**
 * How a Pause ended, and what the gate is afterwards. Read from `ErrorInfo.reason` where there is one
 * (ScalarDL 3.14, ScalarDB Cluster 3.19); servers before that answer FAILED_PRECONDITION without details.
 */
export type PauseOutcome = Asked & { readonly instance: Instance } & (
    | { readonly kind: "paused" }
    /** The drain did not end in time and the gate is open again. */
    | { readonly kind: "drain-timed-out"; readonly message: string }
    /** The drain did not end, and somebody's earlier pause still holds the gate: not ours to open. */
    | { readonly kind: "held-by-another"; readonly message: string }
    /** Another pause was under way until our own wait ended: not ours to open. */
    | { readonly kind: "pause-in-progress"; readonly message: string }
    /** Somebody unpaused during our drain. */
    | { readonly kind: "opened-during-drain"; readonly message: string }
    /** Never reached the server: refused connection, bad certificate, unimplemented, invalid argument. */
    | { readonly kind: "not-sent"; readonly message: string }
    /** No answer: the server may be paused, now or later. Counts as paused by us. */
    | { readonly kind: "unknown"; readonly message: string }
  );

/** What CheckPaused said. `paused` is true already while a pause still drains. */
export type GateAnswer = Asked & { readonly instance: Instance } & (
    | { readonly kind: "open" }
    | { readonly kind: "closed" }
    /** Nothing listens there: the host itself refused the connection. */
    | { readonly kind: "no-listener"; readonly message: string }
    /** Its name does not resolve here, so nobody was asked: it may be paused all the same. */
    | { readonly kind: "unresolved"; readonly message: string }
    /** Something is there, or may be, but it did not say: silence, an error, a certificate that does not fit. */
    | { readonly kind: "no-answer"; readonly message: string }
  );

/** What is known of a recorded instance now: an address alone can be taken over by another process. */
export type Whereabouts = { readonly instance: Instance } & (
  | { readonly kind: "there" }
  /** It exists no more, and its pause went with it. */
  | { readonly kind: "gone"; readonly message: string }
  /** Whoever would know did not say. */
  | { readonly kind: "unknown"; readonly message: string }
);

/** How an Unpause ended. OK alone does not prove an open gate: ask with CheckPaused. */
export type UnpauseOutcome = Asked & { readonly instance: Instance } & (
    | { readonly kind: "ok" }
    | { readonly kind: "failed"; readonly message: string }
  );
