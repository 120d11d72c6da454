import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { StillpointError } from "../../shared/errors/stillpoint-error.ts";
import { addressOf } from "../../shared/pause/instance.ts";
import { ENDPOINT_VARIABLE, type InstanceInput, InstanceReady } from "./instance-options.ts";

/** One running instance, as its starter sees it. */
export interface RunningInstance {
  readonly host: string;
  readonly adminPort: number;
  readonly pid: number;
  /** Where clients send their transfers. */
  readonly clientUrl: string;
  /** Sends a signal and waits until the process is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface RunningInstances extends AsyncDisposable {
  readonly instances: readonly RunningInstance[];
  /** Ends all instances that still run, and waits until they are gone. */
  stop(): Promise<void>;
  /** Sends a signal to all of them, and waits until they are gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("./instance.ts", import.meta.url));
const READY_LIMIT_MS = 30_000;
/** How much of an instance's last words goes into a message, in characters. */
const LONGEST_COMPLAINT = 2_000;
/** A stopped instance finishes what it is at; one that does not is killed. */
const STOP_LIMIT_MS = 10_000;

/**
 * Starts `count` instances as processes of their own and waits until all of them serve. With `adminPorts` each takes
 * one of them, so that instances started afresh are found where the old ones were.
 */
export async function startInstances(
  count: number,
  input: InstanceInput,
  adminPorts: readonly number[] = [],
): Promise<RunningInstances> {
  const children = Array.from({ length: count }, (_, position) =>
    spawnInstance({ ...input, adminPort: adminPorts[position] ?? input.adminPort }),
  );
  const killAll = async (signal: NodeJS.Signals) => {
    await Promise.all(children.map((child) => end(child, signal)));
  };
  try {
    const ready = await Promise.all(children.map(readyLine));
    const stop = () => killAll("SIGTERM");
    const instances = ready.map((ports, position) => running(children[position], ports, input));
    return { instances, stop, kill: killAll, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await killAll("SIGKILL");
    throw error;
  }
}

function spawnInstance({ endpoint, ...own }: InstanceInput): ChildProcess {
  return spawn(process.execPath, [PROGRAM, JSON.stringify(own)], {
    stdio: "pipe",
    // biome-ignore lint/style/noProcessEnv: a child needs the environment, with its database in it
    env: { ...process.env, [ENDPOINT_VARIABLE]: JSON.stringify(endpoint) },
  });
}

function running(
  child: ChildProcess | undefined,
  ports: InstanceReady,
  input: InstanceInput,
): RunningInstance {
  if (child?.pid === undefined) throw new Error("an instance that answered has no process");
  const host = input.host ?? "127.0.0.1";
  const clientUrl = `http://${addressOf({ host, port: ports.clientPort })}`;
  const kill = (signal: NodeJS.Signals) => end(child, signal);
  return { host, adminPort: ports.adminPort, pid: child.pid, clientUrl, kill };
}

/** An instance answers with its ports once it serves; anything else is a failure to start. */
async function readyLine(child: ChildProcess): Promise<InstanceReady> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let [printed, complaint] = ["", ""];
  const fail = (why: string) => reject(notStarted(why, complaint));
  const late = setTimeout(() => fail(`it was silent for ${READY_LIMIT_MS} ms`), READY_LIMIT_MS);
  child.stdout?.on("data", (chunk) => {
    printed += chunk;
    if (printed.includes("\n")) resolve(printed);
  });
  child.stderr?.on("data", (chunk) => {
    complaint = `${complaint}${chunk}`.slice(-LONGEST_COMPLAINT);
  });
  child.once("error", (error) => fail(error.message));
  // Not "exit": by "close" everything that it had to say has arrived.
  child.once("close", (code, signal) => fail(`it ended with ${signal ?? `status ${code}`}`));
  try {
    const ready = InstanceReady.parse(JSON.parse(await promise));
    child.stderr?.pipe(process.stderr);
    return ready;
  } finally {
    clearTimeout(late);
  }
}

function notStarted(why: string, complaint: string): StillpointError {
  return new StillpointError(
    "REHEARSAL_FAILED",
    `an instance of the embedded ledger ("${PROGRAM}") did not start: ${why}. Those beside it were stopped. ${complaint}`,
  );
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await gone;
  clearTimeout(late);
}
