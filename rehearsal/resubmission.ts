import { Agent } from "node:http";
import type { Call } from "./ledger/clients.ts";
import { ASSET } from "./ledger/ledger-tables.ts";
import { postJson } from "./ledger/post-json.ts";
import { scan } from "./ledger/totals.ts";
import type { Transfer } from "./ledger/transfer.ts";
import { numberOf, textOf } from "./ledger/value.ts";
import type { LocalWorld } from "./local-world.ts";
import { failed } from "./telling.ts";

/** What became of transfers whose clients asked about each, and sent it again where the ledger knew nothing of it. */
export interface Resubmitted {
  /** Of those whose clients had been told that they were committed. */
  readonly known: number;
  readonly sent: number;
}

interface Asked {
  readonly url: string;
  readonly agent: Agent;
}

const LIMIT_MS = 30_000;

/**
 * Each client asks for the state of what it had sent, and sends the very same, with the same nonce, where there is
 * none. It never does without asking: a ledger executes a committed nonce a second time.
 */
export async function sendAgain(world: LocalWorld, calls: readonly Call[]): Promise<Resubmitted> {
  const [instance] = world.instances.instances;
  if (instance === undefined) throw failed("no instance is running");
  const agent = new Agent({ keepAlive: true });
  const asked = { url: instance.clientUrl, agent };
  const done = { known: 0, sent: 0 };
  try {
    for (const { transfer, result } of calls) {
      if (transfer === undefined || (await stateOf(asked, transfer)) !== "unknown") continue;
      await send(asked, transfer);
      done.sent++;
      if (result === "committed") done.known++;
    }
  } finally {
    agent.destroy();
  }
  return done;
}

async function stateOf({ url, agent }: Asked, { nonce }: Transfer): Promise<string> {
  const { body } = await postJson(agent, `${url}/state`, { nonce }, LIMIT_MS);
  return (body as { readonly state: string }).state;
}

async function send(asked: Asked, transfer: Transfer): Promise<void> {
  const { status } = await postJson(asked.agent, `${asked.url}/transfer`, transfer, LIMIT_MS);
  const state = await stateOf(asked, transfer);
  if (status === 200 && state === "committed") return;
  throw failed(`transaction "${transfer.nonce}" was sent again, answered ${status}, and is "${state}"`);
}

/** Fails where a transaction wrote two ages of one asset: it was executed twice. */
export async function checkServedOnce({ client, names }: LocalWorld): Promise<void> {
  const seen = new Set<string>();
  for await (const row of scan(client, names(ASSET.name), "id, age, tx_id")) {
    const [id, transaction] = [textOf(row, "id"), textOf(row, "tx_id")];
    const slot = JSON.stringify([id, transaction]);
    if (seen.has(slot))
      throw failed(
        `transaction "${transaction}" wrote asset "${id}" twice, age ${numberOf(row, "age")} among them`,
      );
    seen.add(slot);
  }
}
