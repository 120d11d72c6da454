import { connect } from "node:net";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, type GateAnswer, type Instance } from "../pause/instance.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** A stopped host answers nothing at all; a running one accepts a connection much sooner. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * Refuses while any instance answers: requests that it holds or serves would run on the restored data. Asked are
 * those that were recorded at the backup and those that discovery finds now; that a name does not answer is what
 * one expects. One that accepts connections and says nothing counts as running.
 */
export async function refuseRunning(open: OpenDeployment, recorded: readonly Instance[]): Promise<void> {
  const { instances } = await open.discoverAll();
  const everyone = [...new Map([...recorded, ...instances].map((one) => [addressOf(one), one])).values()];
  const answers = await open.admin.checkPaused(everyone, { deadlineMs: open.settings.pause.rpcDeadlineMs });
  const running = (await Promise.all(answers.map(isRunning))).filter((address) => address !== undefined);
  if (running.length > 0)
    throw new StillpointError(
      "INSTANCES_RUNNING",
      `${running.join(", ")} of "${open.settings.name}" still run: requests that they hold would be let go into the restored data. Stop them, do not just pause them; nothing was deleted`,
    );
}

async function isRunning(answer: GateAnswer): Promise<string | undefined> {
  const address = addressOf(answer.instance);
  switch (answer.kind) {
    case "open":
      return `"${address}"`;
    case "closed":
      return `"${address}" (paused)`;
    case "no-listener":
      return undefined;
    case "no-answer":
      return signOfLife(answer.instance);
    default:
      return answer satisfies never;
  }
}

/** What a host that is gone looks like: nobody answers for its address. */
const NO_SIGN = ["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"];

/**
 * A stopped instance gives no sign: refused, no such name, no route, or silence before a connection is made. What
 * keeps us from asking at all, such as a name server that does not answer, is no proof of that.
 */
function signOfLife({ host, port, ...rest }: Instance): Promise<string | undefined> {
  const address = addressOf({ host, port, ...rest });
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (sign: string | undefined) => {
      socket.destroy();
      resolve(sign);
    };
    socket.once("connect", () => end(`"${address}" (accepts connections, does not answer)`));
    socket.once("timeout", () => end(undefined));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(
        NO_SIGN.includes(error.code ?? "") ? undefined : `"${address}" (cannot be asked: ${error.message})`,
      ),
    );
  });
}
