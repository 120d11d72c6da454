import { packConfig } from "../shared/config/packed-config.ts";
import { StillpointError } from "../shared/errors/stillpoint-error.ts";
import type { Deployable } from "./deployable.ts";
import { DUMP, physicalName } from "./function-names.ts";
import { IDS, roleId } from "./logical-ids.ts";
import { arn, arnOf, type Reference } from "./resources/resource.ts";

/** As shared/backup/dump-place.ts reckons with. */
export const DUMP_TIMEOUT_S = 900;
/** zstd, the upload's parts, and the client beside them. */
const MEMORY_MB = 3_008;
/** Lambda takes 4 KB for all variables of a function together; the others are short. */
const LONGEST_CONFIG = 3_400;

/** The function as serverless.yml would say it; null where there is none. */
export function dumpFunction(config: Deployable): object | null {
  const { dumps, vpc } = config.aws;
  if (dumps?.image === undefined) return null;
  return {
    image: { uri: dumps.image },
    role: roleId(DUMP),
    memorySize: MEMORY_MB,
    timeout: DUMP_TIMEOUT_S,
    maximumRetryAttempts: 0,
    maximumEventAge: 60,
    onError: arnOf(IDS.deadLetters),
    ...(vpc && { vpc: { securityGroupIds: vpc.securityGroups, subnetIds: vpc.subnets } }),
    environment: { STILLPOINT_PACKED_CONFIG: packedFor(config) },
  };
}

export function dumpFunctionArn({ aws }: Deployable, stage: string): Reference | null {
  return aws.dumps?.image === undefined ? null : arn("lambda", `function:${physicalName(stage, DUMP)}`);
}

function packedFor(config: Deployable): string {
  const packed = packConfig(config);
  if (packed.length <= LONGEST_CONFIG) return packed;
  throw new StillpointError(
    "CONFIG_INVALID",
    `cannot deploy configuration "${config.path}": packed, it has ${packed.length} characters, and the function of aws.dumps.image takes ${LONGEST_CONFIG}; shorten its comments or certificates, or leave aws.dumps.image out and have aws.dumps.task take all dumps; nothing was built or deployed`,
  );
}
