import { verify, X509Certificate } from "node:crypto";
import { DescribeContinuousBackupsCommand } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { assetHash } from "../../../rehearsal/ledger/asset.ts";
import { chooseTransfer } from "../../../rehearsal/ledger/choose-transfer.ts";
import { executeTransfer, readBalances } from "../../../rehearsal/ledger/ledger.ts";
import {
  ASSET,
  ASSET_METADATA,
  CERTIFICATE,
  LEDGER_TABLES,
} from "../../../rehearsal/ledger/ledger-tables.ts";
import { seededRandom } from "../../../rehearsal/ledger/random.ts";
import { keyOf } from "../../../rehearsal/ledger/table.ts";
import { prefixed, totals } from "../../../rehearsal/ledger/totals.ts";
import { blobOf, numberOf, textOf } from "../../../rehearsal/ledger/value.ts";
import { realRows, shapeOf } from "./real.ts";
import { BALANCE, PREFIX, rehearsalLedger, type SmallLedger, smallLedger } from "./small-ledger.ts";
import { verifyLedger } from "./verify-ledger.ts";

async function busyLedger(open: () => Promise<SmallLedger> = smallLedger) {
  const small = await open();
  const random = seededRandom("transfers");
  for (let round = 0; round < 12; round++) {
    const rivals = [0, 1, 2].map(() => executeTransfer(small.ledger, chooseTransfer(random, small.assets)));
    await Promise.all(rivals);
  }
  return small;
}

test("every stored row has the shape of a real ledger's row, and the key bytes of its own columns", async () => {
  await using ledger = await busyLedger();
  const real = new Set(realRows().map(({ table, item }) => `${table.name} ${shapeOf(item)}`));
  for (const table of LEDGER_TABLES) {
    for (const row of await ledger.rows(table)) {
      expect(real).toContain(`${table.name} ${shapeOf(row)}`);
      expect(await ledger.ledger.storage.get(table, keyOf(table, row))).toEqual(row);
    }
  }
});

test("every asset is a chain of hashes without gaps, and its metadata knows its latest age", async () => {
  await using ledger = await busyLedger();
  const rows = await ledger.rows(ASSET);
  for (const metadata of await ledger.rows(ASSET_METADATA)) {
    const id = textOf(metadata, "asset_id");
    const chain = rows
      .filter((row) => textOf(row, "id") === id)
      .sort((a, b) => numberOf(a, "age") - numberOf(b, "age"));
    expect(chain.map((row) => numberOf(row, "age"))).toEqual(chain.map((_, position) => position));
    expect(numberOf(metadata, "latest_age")).toBe(chain.length - 1);
    for (const [position, row] of chain.entries()) {
      const before = chain[position - 1];
      expect(row["prev_hash"]?.B).toEqual(before && blobOf(before, "hash"));
      const hash = assetHash({
        id,
        age: position,
        input: textOf(row, "input"),
        output: textOf(row, "output"),
        contractId: textOf(row, "contract_id"),
        argument: textOf(row, "argument"),
        signature: blobOf(row, "signature"),
        prevHash: row["prev_hash"]?.B,
      });
      expect(Buffer.from(blobOf(row, "hash"))).toEqual(hash);
    }
  }
});

test("rows of one transaction share input, argument and signature, which its certificate confirms", async () => {
  await using ledger = await busyLedger();
  const [certificate] = await ledger.rows(CERTIFICATE);
  const { publicKey } = new X509Certificate(textOf(certificate ?? {}, "pem"));
  const transactions = Map.groupBy(await ledger.rows(ASSET), (row) => textOf(row, "tx_id"));
  expect(transactions.size).toBeGreaterThan(10);
  for (const [txId, rows] of transactions) {
    const [argument = "", more] = [...new Set(rows.map((row) => textOf(row, "argument")))];
    expect(more).toBe(undefined);
    expect(argument).toContain(`V3\u0001${txId}\u0003`);
    expect(new Set(rows.map((row) => textOf(row, "input"))).size).toBe(1);
    const message = Buffer.concat([Buffer.from(`transfer${argument}rehearsal`), Buffer.of(0, 0, 0, 1)]);
    for (const row of rows) expect(verify("sha256", message, publicKey, blobOf(row, "signature"))).toBe(true);
  }
});

test("transfers at random neither make nor lose money", async () => {
  await using ledger = await busyLedger();
  const sum = await totals(ledger.client, prefixed(PREFIX));
  expect(sum).toMatchObject({ assets: 20, balance: 20 * BALANCE });
  const read = await readBalances(ledger.ledger, "balances", ledger.assets);
  const balances = "balances" in read ? Object.values(read.balances) : [];
  expect(balances.reduce((total, balance) => total + balance, 0)).toBe(20 * BALANCE);
  expect(await totals(ledger.client, prefixed(PREFIX))).toMatchObject({ transactions: sum.transactions + 1 });
});

test("on the rehearsal's own DynamoDB, verification finds nothing wrong with it and checks every signature", async () => {
  await using ledger = await busyLedger(rehearsalLedger);
  const sum = await totals(ledger.client, prefixed(PREFIX));
  expect(sum).toMatchObject({ assets: 20, balance: 20 * BALANCE });
  const { findings, proof, checked } = await verifyLedger(ledger);
  expect(findings).toEqual([]);
  expect(proof.kind).not.toBe("disproven");
  expect(checked.chains.assets).toBe(20);
  expect(checked.signatures).toMatchObject({ checked: { ecdsa: checked.chains.records } });
  const { ContinuousBackupsDescription: backups } = await ledger.client.send(
    new DescribeContinuousBackupsCommand({ TableName: `${PREFIX}scalar.asset` }),
  );
  expect(backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe("ENABLED");
});
