import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withPools } from "../../../../rehearsal/ledger/jdbc/database.ts";
import { type JdbcEndpoint, serversOf } from "../../../../rehearsal/ledger/jdbc/endpoint.ts";
import { disagreements } from "../../../../rehearsal/ledger/jdbc/mirror.ts";
import { jdbcTotals } from "../../../../rehearsal/ledger/jdbc/totals.ts";
import { plainDumps } from "../../../../rehearsal/plain-dumps.ts";
import { sqlEngines } from "../../../sql-engines.ts";
import { BALANCE, opened, startServers } from "./sql-ledger.ts";

const ASSETS = 6;

async function halves(...copy: Parameters<typeof disagreements>): Promise<readonly string[]> {
  return (await disagreements(...copy)).map(({ id }) => id);
}

/** The account as a dump from before its last transfer would have it. */
function setBack(endpoint: JdbcEndpoint, id: string): Promise<unknown> {
  return withPools(endpoint, (poolOf) =>
    poolOf({ name: "app.account" }).run({
      text: `UPDATE app.account SET tx_id = 'an older one' WHERE id = '${id}'`,
      values: [],
    }),
  );
}

for (const { engine, isHere } of await sqlEngines())
  describe.skipIf(!isHere)(`dumps of one schema after the other on ${engine}`, () => {
    test("of a ledger at rest they are whole beside it, and halves of transactions are seen", async () => {
      const { servers, close } = await startServers(engine);
      const folder = await mkdtemp(join(tmpdir(), "stillpoint-plain-"));
      try {
        const [main] = servers as [JdbcEndpoint["main"]];
        const endpoint: JdbcEndpoint = { kind: "jdbc", main };
        const [first = ""] = await opened(endpoint, ASSETS);
        const asked = { totals: jdbcTotals, contradictions: halves };
        const whole = await (await plainDumps(main, folder, asked)).make(0);
        expect(whole.totals).toEqual(await jdbcTotals(endpoint));
        expect(whole.totals).toMatchObject({ assets: ASSETS, balance: ASSETS * BALANCE });
        expect(whole.contradictions).toEqual([]);
        expect(whole.report.findings).toEqual([]);

        await setBack(endpoint, first);
        const torn = await (await plainDumps(main, folder, asked)).make(1);
        expect(torn.contradictions).toEqual([first]);
      } finally {
        await close();
        await rm(folder, { recursive: true, force: true });
      }
    });
  });

test("a namespace of several servers is on the one that it is said to be on, all others on the main one", () => {
  const server = { engine: "mysql", host: "h", user: "u", password: "p" } as const;
  const [main, other] = [
    { ...server, port: 1 },
    { ...server, port: 2 },
  ];
  const found = serversOf({ kind: "jdbc", main, elsewhere: { coordinator: other, audit: { ...other } } });
  expect(found.map((each) => each.server.port)).toEqual([1, 2]);
  const holding = ["scalar", "coordinator", "audit"].map((name) => found.map(({ holds }) => holds(name)));
  expect(holding).toEqual([
    [true, false],
    [false, true],
    [false, true],
  ]);
});
