import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { requestLimits } from "../../shared/aws/request-limits.ts";
import type { AwsSettings } from "../../shared/config/config.ts";
import { messageOf } from "../../shared/errors/stillpoint-error.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";

/** A parameter that was rotated is used so much later at the latest. */
const FRESH_MS = 300_000;
/** GetParameters takes no more at a time. */
const AT_A_TIME = 10;
const TIMEOUTS = requestLimits(2_000, 3_000);

type Values = Readonly<Record<string, string>>;

/** Never read so far: time is counted from the start of the process, so 0 would be just now. */
let known: { readonly values: Values; readonly atMs: number } = {
  values: {},
  atMs: Number.NEGATIVE_INFINITY,
};

/**
 * The environment variables that the configuration refers to, from SSM. What cannot be read keeps its last value or
 * stays unset: that one deployment's key is missing must not keep a sweep from unpausing another.
 */
export async function secretsOf({ secrets, region }: AwsSettings, telemetry: Telemetry): Promise<Values> {
  const entries = Object.entries(secrets);
  if (entries.length === 0 || performance.now() - known.atMs < FRESH_MS) return known.values;
  try {
    const found = await read([...new Set(entries.map(([, parameter]) => parameter))], region);
    for (const name of found.missing)
      telemetry.log("error", `SSM has no parameter "${name}"; what needs it fails`, { parameter: name });
    const values = entries.flatMap(([variable, parameter]) => {
      const value = found.values.get(parameter) ?? known.values[variable];
      return value === undefined ? [] : [[variable, value] as const];
    });
    known = { values: Object.fromEntries(values), atMs: performance.now() };
  } catch (error) {
    telemetry.log("error", `cannot read the secrets from SSM: ${messageOf(error)}; the last ones are used`);
  }
  return known.values;
}

async function read(names: readonly string[], region: string) {
  const client = new SSMClient({ region, requestHandler: TIMEOUTS });
  const values = new Map<string, string>();
  const missing: string[] = [];
  try {
    for (let from = 0; from < names.length; from += AT_A_TIME) {
      const Names = names.slice(from, from + AT_A_TIME);
      const answer = await client.send(new GetParametersCommand({ Names, WithDecryption: true }));
      for (const { Name = "", Value = "" } of answer.Parameters ?? []) values.set(Name, Value);
      missing.push(...(answer.InvalidParameters ?? []));
    }
    return { values, missing };
  } finally {
    client.destroy();
  }
}
