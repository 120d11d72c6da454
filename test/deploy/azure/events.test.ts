import { expect, test } from "vitest";
import { ROUTE_KEY_SECRETS } from "../../../shared/config/route-keys.ts";
import { REQUESTS } from "../../../shared/telemetry/event-types.ts";
import { FULL } from "./configurations.ts";
import { deployed } from "./deployed.ts";

test("requests come to the restore by an event, and approvals do not", async () => {
  const all = await deployed(FULL);
  const [subscription] = all.of("events").filter(({ type }) => type.endsWith("/eventSubscriptions"));
  const { destination, filter, retryPolicy } = subscription?.properties ?? {};
  expect(destination.endpointType).toBe("AzureFunction");
  expect(destination.properties.resourceId).toMatch(
    new RegExp(`/sites/${all.stack.names.sites.restore}/functions/request-event$`),
  );
  expect(subscription?.properties.eventDeliverySchema).toBe("CloudEventSchemaV1_0");
  expect(filter.includedEventTypes).toEqual([REQUESTS.requested, REQUESTS.resumed]);
  expect(retryPolicy).toEqual({ maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 60 });
});

test("both topics take CloudEvents, as the functions put and read them", async () => {
  const topics = (await deployed(FULL)).of("resources").filter(({ type }) => type.endsWith("/topics"));
  expect(topics.map(({ properties }) => properties.inputSchema)).toEqual([
    "CloudEventSchemaV1_0",
    "CloudEventSchemaV1_0",
  ]);
});

test("what could not be delivered is kept, and told of", async () => {
  const all = await deployed(FULL);
  const [subscription] = all.of("events").filter(({ type }) => type.endsWith("/eventSubscriptions"));
  const { identity, deadLetterDestination } = subscription?.properties.deadLetterWithResourceIdentity ?? {};
  expect(identity).toEqual({ type: "SystemAssigned" });
  const { resourceId, blobContainerName } = deadLetterDestination.properties;
  const containers = all.of("resources").map(({ id }) => id);
  expect(containers).toContain(`${resourceId}/blobServices/default/containers/${blobContainerName}`);
  const [alert] = all.of("alerts").filter(({ type }) => type.endsWith("/metricAlerts"));
  expect(alert?.properties.scopes).toEqual([subscription?.id.split("/eventSubscriptions/")[0]]);
  expect(alert?.properties.criteria.allOf).toMatchObject([
    { metricName: "DeadLetteredCount", operator: "GreaterThan", threshold: 0 },
  ]);
});

test("the key of every route goes into the vault as the service made it, and nowhere else", async () => {
  const all = await deployed(FULL);
  const secrets = all.of("events").filter(({ type }) => type.endsWith("/vaults/secrets"));
  expect(secrets.map(({ name, properties }) => [name.split("/")[1], properties.value])).toEqual(
    Object.entries(ROUTE_KEY_SECRETS).map(([route, secret]) => [
      secret,
      expect.stringMatching(new RegExp(`^key of .*/functions/${route}$`)),
    ]),
  );
});
