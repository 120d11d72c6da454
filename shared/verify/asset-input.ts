import { DEFAULT_LEDGER_NAMESPACE } from "./table-role.ts";

/** An asset record that a transaction read before it wrote. */
export interface InputReference {
  readonly namespace: string;
  readonly id: string;
  readonly age: number;
}

type Ages = Record<string, { readonly age?: unknown }>;

/**
 * The read set that a record carries: `{"asset":{"age":n}}` where all is in the default namespace, else
 * `{"ns":{"asset":{"age":n}},"_version":2}`. `undefined` where it is neither.
 */
export function inputReferencesOf(input: string): readonly InputReference[] | undefined {
  if (input === "{}") return [];
  try {
    const parsed: unknown = JSON.parse(input);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    if ((parsed as { _version?: unknown })._version !== 2)
      return agesOf(DEFAULT_LEDGER_NAMESPACE, parsed as Ages);
    const { _version, ...namespaces } = parsed as Record<string, unknown>;
    const found = Object.entries(namespaces).map(([namespace, ages]) => agesOf(namespace, ages as Ages));
    return found.every((each) => each !== undefined) ? found.flat() : undefined;
  } catch {
    return undefined;
  }
}

function agesOf(namespace: string, ages: Ages): readonly InputReference[] | undefined {
  const references: InputReference[] = [];
  for (const [id, read] of Object.entries(ages)) {
    if (typeof read?.age !== "number") return undefined;
    references.push({ namespace, id, age: read.age });
  }
  return references;
}
