import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientTools } from "../../../../shared/databases/jdbc/postgresql/client-tools.ts";
import { startTool } from "../../../../shared/databases/jdbc/tool-process.ts";
import { type CertificateShop, certificateShop } from "../../../admin/certificates.ts";
import { loadIntoSql } from "../../sql/load-fixture.ts";
import { type OwnPostgresql, ownPostgresql } from "../../sql/own-postgresql.ts";
import { FIXTURE, openServer, settingsOf } from "./ledger-database.ts";

let shop: CertificateShop;
let own: OwnPostgresql;
let ca: { readonly file: string };

beforeAll(async () => {
  shop = certificateShop();
  const authority = shop.newAuthority("lab");
  ca = { file: authority.file };
  own = await ownPostgresql({ tls: authority.issue("server", "IP:127.0.0.1") });
  await loadIntoSql(await own.make("ledger"), FIXTURE);
});
afterAll(async () => {
  await own?.end();
  shop?.close();
});

test.each([
  { how: "a file", source: () => ca },
  { how: "a text", source: () => ({ pem: readFileSync(ca.file, "utf8") }) },
])("a dump goes over TLS that is verified by $how of authorities", async ({ source }) => {
  const server = openServer(own, "ledger", { tls: { ca: source() } });
  const { captured, problems } = await server.capture();
  expect(problems).toEqual([]);
  const running = await server.startDump(captured, Date.now);
  const sessions = await own
    .open()
    .query(
      "SELECT count(*) AS number FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'ledger' AND NOT ssl AND application_name = 'pg_dump'",
    );
  await buffer(running.output);
  await running.ended;
  expect(sessions).toEqual([{ number: 0 }]);
  server.close();
});

test("a tool trusts no certificate that the driver would not trust", async () => {
  const settings = settingsOf(own, "ledger");
  const env = { PATH: process.env["PATH"] };
  const tools = clientTools(settings, { ...own.address("ledger"), tls: {} }, env);
  const tool = startTool({
    program: "pg_dump",
    words: [],
    env: tools.envFor("ledger"),
    code: "DUMP_FAILED",
    action: "dump",
  });
  tool.input.end();
  tool.output.resume();
  await expect(tool.ended).rejects.toThrow(/certificate verify failed/);
  tools.close();
});
