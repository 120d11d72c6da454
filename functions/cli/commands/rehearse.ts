import * as z from "zod";
import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import { untilInterrupted } from "../interruption.ts";
import { output } from "../json/output.ts";
import type { Outcome } from "../outcome.ts";
import type { Shell } from "../shell.ts";

export interface RehearseOptions {
  readonly story?: "backup" | "no-pause";
  readonly only?: "dynamodb";
  readonly database?: "dynamodb" | "cosmosdb" | "postgresql" | "mysql" | "cassandra";
  readonly ledger?: "embedded" | "scalardb-server";
  readonly backend?: string;
  readonly keep?: boolean;
  readonly port?: string;
  readonly seed?: string;
}

/** `stillpoint rehearse`: the story, as it was told. */
export const RehearseOutput = output({ lines: z.array(z.string()) });

/** `stillpoint rehearse` */
export async function rehearse(shell: Shell, { port, seed, ...options }: RehearseOptions): Promise<Outcome> {
  refuseUnlessThere({ ...options, ...(port !== undefined && { port }) });
  const numbers = {
    ...(port !== undefined && { port: wholeNumber("--port", port, 65_535) }),
    ...(seed !== undefined && { seed: wholeNumber("--seed", seed, Number.MAX_SAFE_INTEGER) }),
  };
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    shell.say(line);
  };
  using interruption = untilInterrupted(shell, { stopping: "the small world is taken down" });
  const { rehearse } = await import("../../../rehearsal/rehearse.ts");
  await rehearse({ ...options, ...numbers, signal: interruption.signal, say });
  return { schema: RehearseOutput, value: { lines }, lines: [] };
}

/** What there is on some of the databases only, and in some of the stories. */
function refuseUnlessThere(options: RehearseOptions): void {
  refuseOtherStory(options);
  refuseOtherDatabase(options);
}

/** The story without a pause has two disasters in one world: the small one, with the embedded ledger on DynamoDB. */
function refuseOtherStory({ story, only, database, ledger }: RehearseOptions): void {
  if (story === undefined) return;
  const elsewhere = story === "no-pause";
  const given = [
    only && "--only",
    elsewhere && database !== undefined && database !== "dynamodb" && `--database ${database}`,
    elsewhere && ledger === "scalardb-server" && "--ledger scalardb-server",
  ].filter(Boolean);
  if (given.length === 0) return;
  throw new StillpointError(
    "USAGE",
    `cannot use ${given.join(", ")} with --story ${story}: there is no such story; nothing was done`,
  );
}

function refuseOtherDatabase({ database = "dynamodb", only, ledger, backend, port }: RehearseOptions): void {
  const hasPort = database === "dynamodb" || database === "cosmosdb";
  const isEmbedded = database === "cosmosdb" || database === "cassandra";
  const given = [
    database !== "dynamodb" && only && "--only",
    isEmbedded && ledger === "scalardb-server" && "--ledger scalardb-server",
    database !== "dynamodb" && backend && "--backend",
    !hasPort && port !== undefined && "--port",
  ];
  const refused = given.filter(Boolean);
  if (refused.length === 0) return;
  throw new StillpointError(
    "USAGE",
    `cannot use ${refused.join(", ")} with --database ${database}: there is no such thing on it; nothing was done`,
  );
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new StillpointError(
    "USAGE",
    `cannot use ${option} "${text}": it must be a whole number from 0 to ${most}; nothing was done`,
  );
}
