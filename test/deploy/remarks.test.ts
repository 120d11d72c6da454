import { expect, test } from "vitest";
import { remarks } from "../../deploy/remarks.ts";
import { loadConfig } from "../../shared/config/load-config.ts";
import { LEAST, written } from "./configurations.ts";

const SCHEDULED = LEAST.replace("payments:", 'payments:\n    schedule: { cron: "0 * * * *" }');

test("a deployment that is backed up by the hour is nothing to remark on", async () => {
  expect(await remarksOn(SCHEDULED)).toEqual([]);
});

test("a deployment without a schedule is remarked on", async () => {
  expect(await remarksOn(LEAST)).toEqual([
    "deployments.payments has no schedule: nothing will ever back it up by itself",
  ]);
});

test.each(["* * * * *", "*/30 * * * *", "0,59 3 * * *"])(
  "a schedule %s is remarked on, which is more often than hourly",
  async (cron) => {
    expect(await remarksOn(SCHEDULED.replace("0 * * * *", cron))).toEqual([
      `deployments.payments.schedule.cron runs more often than hourly, and each backup pauses the instances (it is "${cron}")`,
    ]);
  },
);

test.each(["ledger.default.svc.cluster.local", "ledger.default.svc.Cluster.Local."])(
  "an SRV name %s is remarked on, which is the cluster's own",
  async (srv) => {
    expect(await remarksOn(SCHEDULED.replace('["10.0.0.1"]', `{ srv: ${srv} }`))).toEqual([
      `deployments.payments.components.ledger.instances.srv is a name of the cluster's own DNS, which a function cannot resolve (it is "${srv}")`,
    ]);
  },
);

async function remarksOn(text: string): Promise<readonly string[]> {
  return remarks(loadConfig(await written(text), {}));
}
