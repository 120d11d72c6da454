import { APPS } from "../../../deploy/azure/apps.ts";
import { backupRoleParameters, PARAMETERS, restoreRoleParameters } from "../../../deploy/azure/parameters.ts";
import type { AzureStack } from "../../../deploy/azure/stack.ts";
import { idOf, type Place, placeId } from "./arm-functions.ts";
import { stackOf } from "./configurations.ts";
import { type TemplateName, templateNamed } from "./infra.ts";
import { evaluate, type Made } from "./template.ts";

/** One step of a deployment: what its template made, and what there was before it. */
export interface Step {
  readonly template: TemplateName;
  readonly made: readonly Made[];
  readonly before: ReadonlySet<string>;
}

export interface Deployed {
  readonly stack: AzureStack;
  readonly steps: readonly Step[];
  of(template: TemplateName): readonly Made[];
}

/** All templates, one after the other as the commands have them, with the parameters of a configuration. */
export async function deployed(text: string): Promise<Deployed> {
  const stack = await stackOf(text);
  const steps: Step[] = [];
  const there = new Set<string>();
  const apply = (template: TemplateName, parameters: Readonly<Record<string, unknown>>, place: Place) => {
    const { resources, outputs } = evaluate(templateNamed(template), parameters, place);
    steps.push({ template, made: resources, before: new Set(there) });
    for (const { id } of resources) there.add(id);
    return outputs as Readonly<Record<string, string>>;
  };
  const group: Place = {
    kind: "group",
    subscription: stack.azure.subscription,
    group: stack.azure.resourceGroup,
  };
  apply("resources", PARAMETERS.resources(stack), group);
  for (const secret of Object.values(stack.azure.secrets))
    there.add(idOf(placeId(group), "Microsoft.KeyVault/vaults/secrets", [stack.names.vault, secret]));
  const { backupPrincipal, restorePrincipal } = apply("apps", PARAMETERS.apps(stack), group);
  for (const groups of stack.subscriptions) {
    const place: Place = { kind: "subscription", subscription: groups.subscription };
    apply("backup-role", { ...backupRoleParameters(stack, groups), principal: backupPrincipal }, place);
    apply("restore-role", { ...restoreRoleParameters(stack, groups), principal: restorePrincipal }, place);
  }
  for (const app of APPS)
    for (const name of FUNCTIONS[app])
      there.add(idOf(placeId(group), "Microsoft.Web/sites/functions", [stack.names.sites[app], name]));
  apply("events", PARAMETERS.events(stack), group);
  apply("alerts", PARAMETERS.alerts(stack), group);
  return {
    stack,
    steps,
    of: (template) => steps.filter((step) => step.template === template).flatMap(({ made }) => made),
  };
}

/** What the templates speak of. That the apps register it is tested with their packages. */
export const FUNCTIONS = {
  backup: [],
  restore: ["request-event", "request", "resume", "approval", "restore"],
  sweep: [],
} as const;
