import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CassandraEndpoint } from "../../../../rehearsal/ledger/cassandra/endpoint.ts";
import { cassandraTotals } from "../../../../rehearsal/ledger/cassandra/totals.ts";
import { ACCOUNT, ASSET } from "../../../../rehearsal/ledger/ledger-tables.ts";
import { openLedger } from "../../../../rehearsal/ledger/open-ledger.ts";
import { plainSnapshots } from "../../../../rehearsal/plain-snapshots.ts";
import type { CassandraDatabaseSettings } from "../../../../shared/config/config.ts";
import { startTestCluster } from "../../cassandra/cluster.ts";

const BALANCE = 1_000;

test("snapshots of a ledger at rest are whole in a cluster of their own, and halves are seen", async () => {
  await using cluster = await startTestCluster();
  const folder = await mkdtemp(join(tmpdir(), "stillpoint-plain-"));
  try {
    const { addresses, port, dataCenter } = cluster.cassandra;
    const endpoint: CassandraEndpoint = { kind: "cassandra", contactPoints: addresses, port, dataCenter };
    const [id = ""] = await openLedger({ endpoint, prefix: "", seed: "plain", assets: 8, balance: BALANCE });
    const settings: CassandraDatabaseSettings = {
      name: "main",
      kind: "cassandra",
      contactPoints: addresses,
      port,
      dataCenter,
      tls: "off",
      coordinatorNamespace: "coordinator",
      ledgerNamespace: "scalar",
    };
    const original = { cassandra: cluster.cassandra, folder, settings };
    const whole = await (await plainSnapshots(original)).make(1);
    expect(whole.totals).toEqual(await cassandraTotals(endpoint));
    expect(whole.contradictions).toEqual([]);
    expect(whole.report.proof.kind).not.toBe("disproven");
    expect(whole.report.checked.tables.length).toBeGreaterThan(8);
    const client = await cluster.connect();
    await client.execute(`UPDATE ${ACCOUNT.name} SET tx_id = 'another' WHERE id = ?`, [id]);
    await client.execute(`UPDATE ${ASSET.name} SET output = '{"balance":1,"n":0}' WHERE id = ? AND age = 0`, [
      id,
    ]);
    await rm(folder, { recursive: true });
    const torn = await (await plainSnapshots(original)).make(0);
    expect(torn.contradictions.join()).toContain(`1 accounts, "${id}" among them`);
    expect(torn.report.proof.kind).toBe("disproven");
    expect(torn.totals.balance).toBe(8 * BALANCE - BALANCE + 1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
