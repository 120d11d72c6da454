import { join } from "node:path";
import { loadConfig } from "../shared/config/load-config.ts";
import { messageOf } from "../shared/errors/stillpoint-error.ts";
import { archive } from "./archive.ts";
import { bundleAll } from "./bundles.ts";
import { isInVpc } from "./clusters.ts";
import { type Deployable, deployable } from "./deployable.ts";
import { DIST } from "./dist.ts";
import { dumpFunction, dumpFunctionArn } from "./dump-function.ts";
import type { Framework, FrameworkOptions, Writers } from "./framework.ts";
import { FUNCTION_NAMES } from "./function-names.ts";
import { IDS } from "./logical-ids.ts";
import { packFiles } from "./packaged-files.ts";
import { type Parameters, parametersFrom } from "./parameters.ts";
import { remarks } from "./remarks.ts";
import { ref } from "./resources/resource.ts";
import { functionSettings } from "./serverless-yml.ts";
import { resources } from "./stack.ts";

/**
 * What serverless.yml cannot say by itself: its `${stillpoint:...}` come from the configuration of Stillpoint, and
 * before packaging the functions are bundled, with that configuration beside each.
 */
export default class StillpointPlugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;
  readonly configurationVariablesSources;
  readonly #framework: Framework;
  readonly #options: FrameworkOptions;
  readonly #log: Writers["log"];
  #parameters: Parameters | undefined;
  #config: Deployable | undefined;

  constructor(framework: Framework, options: FrameworkOptions, { log }: Writers) {
    this.#framework = framework;
    this.#options = options;
    this.#log = log;
    const build = () => this.#build();
    this.hooks = {
      "before:package:createDeploymentArtifacts": build,
      "before:deploy:function:packageFunction": build,
    };
    this.configurationVariablesSources = {
      stillpoint: {
        resolve: async ({ address, resolveVariable }: Asked) => ({
          value: await this.#valueOf(address, resolveVariable),
        }),
      },
    };
  }

  /** Once, and before any variable asks: a configuration that will not do is told of once. */
  async asyncInit(): Promise<void> {
    if (this.#framework.processedInput.isHelpRequest) return;
    const { aws, path } = this.#loaded();
    this.#refuseRegion(aws.region, path);
    this.#framework.config.region = aws.region;
  }

  #asked(): Parameters {
    this.#parameters ??= this.#refusing(() => parametersFrom(this.#options.param ?? []));
    return this.#parameters;
  }

  get #dist(): string {
    return this.#asked().dist ?? DIST;
  }

  /** As for the command line: the parameter, the environment, stillpoint.yml. */
  #loaded(): Deployable {
    const { config } = this.#asked();
    this.#config ??= this.#refusing(() => deployable(loadConfig(config, process.env)));
    return this.#config;
  }

  /** What is refused is the operator's to mend, and shown without a stack. */
  #refusing<T>(make: () => T): T {
    try {
      return make();
    } catch (error) {
      throw new this.#framework.classes.Error(messageOf(error), "STILLPOINT_CONFIG_INVALID");
    }
  }

  #refuseRegion(region: string, path: string): void {
    const asked = this.#options.region;
    if (asked === undefined || asked === region) return;
    throw new this.#framework.classes.Error(
      `cannot deploy "${path}" to "${asked}": its aws.region is "${region}"; nothing was built or deployed`,
      "STILLPOINT_REGION",
    );
  }

  async #build(): Promise<void> {
    const config = this.#loaded();
    for (const remark of remarks(config)) this.#log.warning(remark);
    await bundleAll(this.#dist);
    for (const name of FUNCTION_NAMES) {
      const folder = join(this.#dist, name);
      await packFiles(config, folder);
      await archive(folder, `${folder}.zip`);
    }
  }

  async #valueOf(address: string, resolveVariable: Asked["resolveVariable"]): Promise<unknown> {
    if (address === "dist") return this.#dist;
    const config = this.#loaded();
    const { aws } = config;
    switch (address) {
      case "bus":
        return aws.bus;
      case "logRetentionDays":
        return aws.logRetentionDays;
      case "vpc":
        return vpcOf(config);
      case "verifyVpc":
        return isInVpc("verify", config) ? vpcOf(config) : null;
      case "followVpc":
        return isInVpc("follow", config) ? vpcOf(config) : null;
      case "dump":
        return this.#refusing(() => dumpFunction(config));
      case "dumpFunction":
        return dumpFunctionArn(config, await resolveVariable("sls:stage"));
      case "taskCluster":
        return aws.dumps?.task === undefined ? null : ref(IDS.taskCluster);
      case "taskDefinition":
        return aws.dumps?.task === undefined ? null : ref(IDS.taskDefinition);
      case "resources":
        return resources({
          stage: await resolveVariable("sls:stage"),
          config,
          functions: functionSettings(this.#framework.configurationInput, config),
          keys: this.#asked().keys ?? [],
        });
      default:
        throw new this.#framework.classes.Error(
          `there is no \${stillpoint:${address}}`,
          "STILLPOINT_UNKNOWN",
        );
    }
  }
}

/** Null where there is none: the framework then takes the setting for absent. */
function vpcOf({ aws: { vpc } }: Deployable) {
  return vpc === undefined ? null : { securityGroupIds: vpc.securityGroups, subnetIds: vpc.subnets };
}

interface Asked {
  readonly address: string;
  readonly resolveVariable: (variable: string) => Promise<string>;
}
