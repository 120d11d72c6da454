import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";

/** One direction of zstd at work. */
export interface Zstd {
  readonly input: Writable;
  readonly output: Readable;
  /** Resolves once all of it has been written to `output`; fails where zstd did. */
  readonly ended: Promise<void>;
  kill(): void;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const LEVEL = 1;
const COMPRESS = [`-${LEVEL}`, "-T0", "-q", "-c"];
const DECOMPRESS = ["-d", "-q", "-c"];
const NOT_THERE = /^(ENOENT|EACCES|ENOTDIR)$/;
const MOST_TOLD = 1_000;

/** By the program, which uses all processors; where it is not installed by Node's own zstd, which is slower. */
export async function compress(): Promise<Zstd> {
  return (await program(COMPRESS)) ?? own(createZstdCompress({ params: PARAMETERS }));
}

export async function decompress(): Promise<Zstd> {
  return (await program(DECOMPRESS)) ?? own(createZstdDecompress());
}

/** As the program does: with a checksum of the content in the frame. */
const PARAMETERS = {
  [constants.ZSTD_c_compressionLevel]: LEVEL,
  [constants.ZSTD_c_checksumFlag]: 1,
};

async function program(parameters: readonly string[]): Promise<Zstd | undefined> {
  const child = spawn("zstd", parameters, { stdio: ["pipe", "pipe", "pipe"] });
  // Whoever feeds it is told by `ended` why it no longer reads.
  child.stdin.on("error", () => undefined);
  const ended = endOf(child);
  ended.catch(() => undefined);
  try {
    await once(child, "spawn");
  } catch (error) {
    if (NOT_THERE.test(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
  return { input: child.stdin, output: child.stdout, ended, kill: () => child.kill("SIGKILL") };
}

async function endOf(child: Child): Promise<void> {
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    told = (told + text).slice(0, MOST_TOLD);
  });
  const [status, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (status === 0) return;
  throw new Error(`zstd ended with ${signal ?? `status ${status}`}: ${told.trim() || "it said nothing"}`);
}

function own(transform: ReturnType<typeof createZstdCompress>): Zstd {
  const ended = finished(transform);
  ended.catch(() => undefined);
  return { input: transform, output: transform, ended, kill: () => transform.destroy() };
}
