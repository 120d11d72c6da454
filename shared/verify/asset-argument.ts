import { DEFAULT_LEDGER_NAMESPACE } from "./table-role.ts";

/** What the ledger wraps around a contract's argument. */
export interface AssetArgument {
  /** Also the id of the transaction. */
  readonly nonce: string;
  /** Where the contract was run, and part of what is signed; `undefined` for the default namespace. */
  readonly contextNamespace: string | undefined;
  /** Which functions were run beside the contract, as the client named them; `undefined` where that is not told apart. */
  readonly functions: string | undefined;
}

const AFTER_VERSION = "\u0001";
const BETWEEN_PARTS = "\u0003";

/** Reads all three forms: `{"nonce":...}`, `V2 nonce functions argument`, `V3 nonce namespace functions argument`. */
export function assetArgumentOf(argument: string): AssetArgument | undefined {
  if (!argument.startsWith("V")) return ofFirstVersion(argument);
  const start = argument.indexOf(AFTER_VERSION);
  const nonceEnd = argument.indexOf(BETWEEN_PARTS, start);
  if (start < 0 || nonceEnd < 0) return undefined;
  const nonce = argument.slice(start + 1, nonceEnd);
  if (argument.slice(0, start) === "V2")
    return { nonce, contextNamespace: undefined, functions: partAfter(argument, nonceEnd) };
  const namespaceEnd = argument.indexOf(BETWEEN_PARTS, nonceEnd + 1);
  const namespace = argument.slice(nonceEnd + 1, namespaceEnd);
  return {
    nonce,
    contextNamespace: namespace === DEFAULT_LEDGER_NAMESPACE ? undefined : namespace,
    functions: partAfter(argument, namespaceEnd),
  };
}

function partAfter(argument: string, at: number): string | undefined {
  const end = argument.indexOf(BETWEEN_PARTS, at + 1);
  return at < 0 || end < 0 ? undefined : argument.slice(at + 1, end);
}

function ofFirstVersion(argument: string): AssetArgument | undefined {
  try {
    const parsed: unknown = JSON.parse(argument);
    const nonce = (parsed as { nonce?: unknown } | null)?.nonce;
    return typeof nonce === "string"
      ? { nonce, contextNamespace: undefined, functions: undefined }
      : undefined;
  } catch {
    return undefined;
  }
}
