import type { Deployable } from "./deployable.ts";
import type { FunctionName } from "./function-names.ts";

/** What serverless.yml says of a function, as far as the rest of the stack depends on it. */
export interface FunctionSettings {
  readonly timeoutSeconds: number;
  readonly inVpc: boolean;
}

export interface Stack {
  readonly stage: string;
  readonly config: Deployable;
  readonly functions: Readonly<Record<FunctionName, FunctionSettings>>;
  /** Customer keys of KMS that the tables, the catalog or the secrets are encrypted with. */
  readonly keys: readonly string[];
}
