import { tmpdir } from "node:os";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readDump } from "../../artifacts/read-dump.ts";
import { codeOf } from "../../errors/stillpoint-error.ts";
import type { PlannedDump } from "../../restore/jdbc/plan.ts";
import type { OpenDeployment } from "../open-deployment.ts";
import { tenths } from "./tenths.ts";

interface Loading {
  readonly dump: PlannedDump;
  readonly run: string;
  /** How much of the dump was read, in hundredths. */
  readonly tell: (percent: number) => void;
  readonly signal: AbortSignal;
}

/** Loads a stored dump into targets of its own. What the store says of a dump that breaks off comes before what the tool makes of it. */
export async function loadDump(open: OpenDeployment, { dump, run, tell, signal }: Loading): Promise<void> {
  const { database, original, targets } = dump;
  const jdbc = open.jdbc(database);
  const [server, store] = await Promise.all([jdbc.server(), jdbc.store()]);
  const { artifact } = original;
  let damage: unknown;
  const openDump = async () => {
    const stream = await readDump(store, artifact, signal);
    stream.once("error", (error) => {
      if (codeOf(error) === "DUMP_DAMAGED") damage = error;
    });
    return counted(stream, tenths(artifact.rawBytes, tell));
  };
  try {
    await server.load({ captured: original, targets, run, open: openDump, scratchDir: tmpdir(), signal });
  } catch (error) {
    throw damage ?? error;
  }
}

function counted(stream: Readable, done: (bytes: number) => void): Readable {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _, next) {
      bytes += chunk.length;
      done(bytes);
      next(null, chunk);
    },
  });
  // Whoever reads from the counter is told of a failure by it.
  pipeline(stream, counter).catch(() => undefined);
  return counter;
}
