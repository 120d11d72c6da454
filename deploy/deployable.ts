import type { AwsSettings, CatalogSettings, Config, VerificationSettings } from "../shared/config/config.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import { refusals } from "./refusals.ts";

/** A configuration that the functions on AWS Lambda can work with. */
export interface Deployable extends Config {
  readonly aws: AwsSettings;
  readonly catalog: CatalogSettings & { readonly kind: "dynamodb" };
  readonly verification: { readonly parts: VerificationSettings["parts"] & { readonly kind: "s3" } };
}

/** The configuration as the stack takes it; `CONFIG_INVALID` names everything that functions could not work with. */
export function deployable(config: Config): Deployable {
  refuse(config, refusals(config));
  return config as Deployable;
}

/** Fails where there are problems, with all of them. */
export function refuse({ path }: Config, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  throw new StillpointError(
    "CONFIG_INVALID",
    [
      `cannot deploy configuration "${path}": ${count}; nothing was built or deployed`,
      ...problems.map((problem) => `  ${problem}`),
    ].join("\n"),
  );
}
