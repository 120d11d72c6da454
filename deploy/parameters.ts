import { didYouMean } from "../shared/config/near-miss.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";

/** What may be said with `--param NAME=VALUE`, which may be given several times. */
export interface Parameters {
  /** The configuration's file. */
  readonly config?: string;
  /** ARNs of the customer keys that tables, catalog or secrets are encrypted with. */
  readonly keys?: readonly string[];
  /** Where the bundles and archives go. */
  readonly dist?: string;
}

const NAMES = ["config", "keys", "dist"] as const satisfies readonly (keyof Parameters)[];
type Name = (typeof NAMES)[number];

/** IAM knows a key by its ARN only: neither by its id, nor by an alias. */
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;

/** A name that is not known is refused: with `confg=test.yml`, the usual configuration would be deployed. */
export function parametersFrom(words: readonly string[], names: readonly Name[] = NAMES): Parameters {
  const given = new Map<Name, string>();
  for (const word of words) {
    const [, name = word, value = ""] = /^([^=]*)=(.*)$/s.exec(word) ?? [];
    if (!isOneOf(name, names))
      throw refusal(word, `there is none of that name${didYouMean(name, names) || ";"} ${known(names)}`);
    if (value === "") throw refusal(word, `it has no value: write "${name}=VALUE"`);
    if (given.has(name)) throw refusal(word, `"${name}" was given before, as "${given.get(name)}"`);
    given.set(name, value);
  }
  const { keys, ...others } = Object.fromEntries(given) as Partial<Record<Name, string>>;
  return { ...others, ...(keys !== undefined && { keys: keysFrom(keys) }) };
}

function isOneOf(name: string, names: readonly Name[]): name is Name {
  return names.some((one) => one === name);
}

function known(names: readonly Name[]): string {
  return `there are ${names.map((name) => `"${name}"`).join(", ")}`;
}

function keysFrom(text: string): readonly string[] {
  const keys = text.split(",");
  const wrong = keys.find((key) => !KEY_ARN.test(key));
  if (wrong === undefined) return keys;
  throw refusal(
    `keys=${text}`,
    `"${wrong}" is not the ARN of a KMS key, such as "arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"`,
  );
}

function refusal(word: string, why: string): StillpointError {
  return new StillpointError(
    "CONFIG_INVALID",
    `cannot take the parameter "${word}": ${why}; nothing was built or deployed`,
  );
}
