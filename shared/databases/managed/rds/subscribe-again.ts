import type { PlannedServer } from "../../../restore/managed/plan.ts";
import type { Changing } from "./changing.ts";
import type { RdsConnection } from "./connection.ts";
import { attempt } from "./refusal.ts";
import { SUBSCRIPTION } from "./surroundings.ts";

/** Subscriptions that name the original name the restored server too. */
export async function subscribeAgain(
  connection: RdsConnection,
  changing: Changing,
  { original: { surroundings }, target }: PlannedServer,
): Promise<void> {
  const sdk = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  for (const { name: SubscriptionName } of surroundings.filter(({ kind }) => kind === SUBSCRIPTION))
    await changing.change(`event subscription ${SubscriptionName}`, target, async () => {
      const { EventSubscriptionsList: [found] = [] } = await attempt(
        "describe event subscription",
        SubscriptionName,
        () => client.send(new sdk.DescribeEventSubscriptionsCommand({ SubscriptionName })),
      );
      if (found?.SourceIdsList?.includes(target)) return;
      const input = { SubscriptionName, SourceIdentifier: target };
      await client.send(new sdk.AddSourceIdentifierToSubscriptionCommand(input));
    });
}

/** A subscription that names a server which is not there any more tells nothing of it. */
export async function unsubscribe(
  connection: RdsConnection,
  { original, target }: PlannedServer,
): Promise<void> {
  const sdk = await import("@aws-sdk/client-rds");
  const client = await connection.rds();
  for (const { name: SubscriptionName } of original.surroundings.filter(
    ({ kind }) => kind === SUBSCRIPTION,
  )) {
    const input = { SubscriptionName, SourceIdentifier: target };
    await client.send(new sdk.RemoveSourceIdentifierFromSubscriptionCommand(input)).catch(() => undefined);
  }
}
