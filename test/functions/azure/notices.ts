import { generateKeyPairSync } from "node:crypto";
import { serve } from "../../../rehearsal/azure/serve.ts";
import { DatabaseClock } from "../../../rehearsal/dynamodb/clock.ts";
import { selfSigned } from "../../../rehearsal/ledger/certificate.ts";

/** As CloudEvents 1.0 has it. */
export interface Notice {
  readonly specversion: string;
  readonly type: string;
  readonly source: string;
  readonly id: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A topic of Event Grid that takes CloudEvents from whoever has a token. */
export interface NoticesTopic extends AsyncDisposable {
  readonly address: string;
  /** PEM, its own authority. */
  readonly certificate: string;
  readonly notices: readonly Notice[];
  /** So many calls are refused next. */
  refuse(calls: number): void;
  /** Told of each event before the topic answers. */
  onNotice(hear: (notice: Notice) => Promise<unknown>): void;
}

export async function startTopic(): Promise<NoticesTopic> {
  const authority = createAuthority();
  const notices: Notice[] = [];
  let refusals = 0;
  let hear: (notice: Notice) => Promise<unknown> = async () => undefined;
  const endpoint = await serve(
    async ({ headers, body }) => {
      if (refusals-- > 0)
        return { status: 503, body: { error: { code: "ServiceUnavailable", message: "busy" } } };
      const isAllowed = headers["authorization"]?.startsWith("Bearer ");
      const isCloudEvents = headers["content-type"]?.startsWith("application/cloudevents-batch+json");
      if (!isAllowed || !isCloudEvents) return { status: isAllowed ? 400 : 401, body: {} };
      const batch = body as readonly Notice[];
      notices.push(...batch);
      for (const notice of batch) await hear(notice);
      return { status: 200 };
    },
    { port: 0, clock: new DatabaseClock(0), authority },
  );
  return {
    address: `${endpoint.origin}/api/events`,
    certificate: authority.certificate,
    notices,
    refuse: (calls) => {
      refusals = calls;
    },
    onNotice: (listener) => {
      hear = listener;
    },
    [Symbol.asyncDispose]: () => endpoint.close(),
  };
}

/** Named otherwise than that of the database: an authority is found by its name. */
function createAuthority() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const certificate = selfSigned("Event Grid", privateKey, { dnsNames: [], ipAddresses: ["127.0.0.1"] });
  return { certificate, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}
