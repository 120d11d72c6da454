import type { CosmosdbPlan } from "../../../shared/restore/cosmosdb/plan.ts";
import { madeAccounts } from "../../../shared/restore/cosmosdb/restore.ts";
import { RUN_TAG } from "../../../shared/restore/cosmosdb/settings.ts";
import { canonicalJson } from "../../../shared/workflow/canonical-json.ts";
import type { AzureAccount, AzureState } from "./azure-state.ts";

/** Watches every change of the cloud: breaking a law is an error that no test can miss. */
export class AzureLaw {
  readonly broken: string[] = [];
  /** Instances whose rows were read and found whole. */
  readonly verified = new Set<string>();
  /** Accounts that somebody else has deleted: no fault of the restore's. */
  readonly destroyed = new Set<string>();
  /** Whether somebody gives the run up. */
  abandoning = false;
  readonly #plan: CosmosdbPlan;
  readonly #cloud: AzureState;
  /** As they were: what a change makes of an account is another value. */
  readonly #before: ReadonlyMap<string, AzureAccount>;
  /** Instances that the run has made. */
  readonly #made = new Set<string>();
  readonly #changing = new Set<string>();

  constructor(plan: CosmosdbPlan, cloud: AzureState) {
    this.#plan = plan;
    this.#cloud = cloud;
    this.#before = new Map([...cloud.accounts].map(([name, account]) => [name, { ...account }]));
  }

  check(): void {
    for (const [name, before] of this.#before) {
      const now = this.#cloud.accounts.get(name);
      if (!this.destroyed.has(name) && (now?.set !== before.set || now.status !== before.status))
        this.#break(`account "${name}" was changed, which was there before`);
    }
    for (const made of madeAccounts(this.#plan)) this.#isSafe(made);
  }

  mayCreate(name: string, instanceId: string): void {
    this.#made.add(instanceId);
    if (this.#nameOf(name) === undefined)
      this.#break(`account "${name}" was made, which the plan does not name`);
    if (this.#cloud.accounts.has(name)) this.#break(`account "${name}" was made twice`);
  }

  mayDelete(name: string, { instanceId, set }: AzureAccount): void {
    const made = this.#nameOf(name);
    if (made === undefined) throw this.#break(`account "${name}" was deleted, which the run has not made`);
    if (!this.#made.has(instanceId) || set.settings.tags[RUN_TAG] !== this.#plan.run)
      this.#break(`account "${name}" of somebody else was deleted`);
    if (this.abandoning) return;
    if (made.of === "copy") this.#break(`the copy "${name}" was deleted`);
    if (!this.#isVerified(made.account.target))
      this.#break(`"${name}" (${instanceId}) was deleted too early`);
  }

  /** Azure makes one change of an account at a time. */
  beginChange(name: string): void {
    if (this.#before.has(name)) this.#break(`account "${name}" was changed, which was there before`);
    if (this.#changing.has(name)) this.#break(`two changes of "${name}" at a time`);
    this.#changing.add(name);
  }

  endChange(name: string): void {
    this.#changing.delete(name);
  }

  /** Until it was verified nothing expires and nobody else comes near; what does not take over stays closed. */
  #isSafe({ name, of, account: { way } }: ReturnType<typeof madeAccounts>[number]): void {
    const found = this.#cloud.accounts.get(name);
    if (found === undefined || !this.#made.has(found.instanceId)) return;
    const takesOver = of === "copy" && this.#plan.mode === "in-place";
    if (takesOver && this.verified.has(found.instanceId)) return;
    const { network } = found.set.settings;
    const { publicNetworkAccess, ipRules, subnets, bypass } = network;
    const isClosed = publicNetworkAccess === "Disabled";
    const isWay = way.kind === "address" && ipRules.join() === way.address;
    if ((!isClosed && !isWay) || subnets.length > 0 || bypass !== "None")
      this.#break(`account "${name}" can be reached by others: ${canonicalJson(network)}`);
    const others = [...this.#cloud.endpoints].filter(
      ([endpoint, to]) => to === name && !(way.kind === "subnet" && endpoint === `${name}-verify`),
    );
    if (others.length > 0 || found.set.privateEndpoints.length > 0)
      this.#break(`account "${name}" has private endpoints that nobody verifies it by`);
    if (found.set.containers.some(({ ttl }) => ttl !== null)) this.#break(`rows of "${name}" may expire`);
  }

  #isVerified(target: string): boolean {
    return this.verified.has(this.#cloud.accounts.get(target)?.instanceId ?? "");
  }

  #nameOf(name: string) {
    return madeAccounts(this.#plan).find((made) => made.name === name);
  }

  #break(what: string): never {
    this.broken.push(what);
    throw new Error(`LAW BROKEN: ${what}`);
  }
}
