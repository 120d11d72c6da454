import { connect } from "node:net";
import { StillpointError } from "../errors/stillpoint-error.ts";
import { addressOf, distinctInstances, type GateAnswer, type Instance } from "../pause/instance.ts";
import type { OpenDeployment } from "./open-deployment.ts";

/** A stopped host answers nothing at all; a running one accepts a connection much sooner. */
const CONNECT_TIMEOUT_MS = 2_000;

/**
 * What it means that an instance gives no sign at all. A host that has reached it before may take it for stopped. One
 * that may never have been able to reach it, such as a function in another network, knows nothing: only a refused
 * connection, or a name that is gone, says that nobody listens.
 */
export type Silence = "stopped" | "unknown";

/**
 * Refuses while any instance answers: requests that it holds or serves would run on the restored data. Asked are
 * those that were recorded at the backup and those that discovery finds now; that a name does not answer is what
 * one expects. One that accepts connections and says nothing counts as running, and so does every pod that is
 * there: its containers may start at any moment.
 */
export async function refuseRunning(
  open: OpenDeployment,
  recorded: readonly Instance[],
  silence: Silence = "stopped",
): Promise<void> {
  const { instances, unaddressed = [] } = await open.discoverAll();
  const everyone = distinctInstances([...recorded, ...instances]);
  const answers = await open.admin.checkPaused(everyone, { deadlineMs: open.settings.pause.rpcDeadlineMs });
  const pods = [...instances.flatMap(({ pod }) => pod?.name ?? []), ...unaddressed];
  const signs = [
    ...(await Promise.all(answers.map((answer) => signOf(answer, silence)))).filter(
      (sign) => sign !== undefined,
    ),
    ...pods.map((name) => ({ kind: "runs", text: `pod "${name}"` }) as const),
  ];
  const running = signs.filter(({ kind }) => kind === "runs").map(({ text }) => text);
  const unknown = signs.filter(({ kind }) => kind === "unknown").map(({ text }) => text);
  if (signs.length === 0) return;
  const reasons = [
    ...(running.length > 0
      ? [`${running.join(", ")} still run: stop them, do not just pause them${hint(pods)}`]
      : []),
    ...(unknown.length > 0
      ? [
          `${unknown.join(", ")}: nobody knows that they are stopped; mend the network or the name server, give the name an address in the hosts file, or go on from a host that can reach them`,
        ]
      : []),
  ];
  throw new StillpointError(
    "INSTANCES_RUNNING",
    `requests of "${open.settings.name}" could be let go into the restored data: ${reasons.join("; ")}. Nothing more was deleted`,
  );
}

function hint(pods: readonly string[]): string {
  return pods.length === 0 ? "" : " (pods: scale their deployments to 0)";
}

type Sign = { readonly kind: "runs" | "unknown"; readonly text: string };

async function signOf(answer: GateAnswer, silence: Silence): Promise<Sign | undefined> {
  const address = addressOf(answer.instance);
  switch (answer.kind) {
    case "open":
      return { kind: "runs", text: `"${address}"` };
    case "closed":
      return { kind: "runs", text: `"${address}" (paused)` };
    case "no-listener":
    case "unresolved":
      return undefined;
    case "no-answer":
      return (await signOfLife(answer.instance)) ?? signOfSilence(address, silence);
    default:
      return answer satisfies never;
  }
}

function signOfSilence(address: string, silence: Silence): Sign | undefined {
  if (silence === "stopped") return undefined;
  const text = `"${address}" gives no sign, and may be out of reach from here`;
  return { kind: "unknown", text };
}

/** What a host that is gone looks like: nobody answers for its address. */
const NO_SIGN = ["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN"];

/**
 * A stopped instance gives no sign: refused, no such name, no route, or silence before a connection is made. What
 * keeps us from asking at all, such as a name server that does not answer, is no proof of that.
 */
function signOfLife({ host, port, ...rest }: Instance): Promise<Sign | undefined> {
  const address = addressOf({ host, port, ...rest });
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (sign: Sign | undefined) => {
      socket.destroy();
      resolve(sign);
    };
    socket.once("connect", () =>
      end({ kind: "runs", text: `"${address}" (accepts connections, does not answer)` }),
    );
    socket.once("timeout", () => end(undefined));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(
        NO_SIGN.includes(error.code ?? "")
          ? undefined
          : { kind: "unknown", text: `"${address}" cannot be asked (${error.message})` },
      ),
    );
  });
}
