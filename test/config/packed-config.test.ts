import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../shared/config/load-config.ts";
import { packConfig, unpackConfig } from "../../shared/config/packed-config.ts";
import { newFolder } from "../catalog/folder.ts";
import { fileWith } from "./files.ts";

const TEXT = `
deployments:
  payments:
    components:
      ledger: { instances: ["10.0.0.1"], tls: { ca: { file: certificates/ledger.pem } } }
    databases:
      main:
        kind: jdbc
        engine: postgresql
        host: db.internal
        database: ledger
        user: backup
        password: { env: DB }
        tls: { ca: { file: certificates/db.pem } }
        dumps: { kind: s3, bucket: ledger-dumps, region: eu-west-1 }
`;

test("a configuration comes out as it was packed, with the certificates of instances and of servers", async () => {
  const path = await fileWith(TEXT);
  await mkdir(join(dirname(path), "certificates"));
  for (const name of ["ledger", "db"])
    await writeFile(join(dirname(path), "certificates", `${name}.pem`), `certificate of ${name}\n`);
  const folder = await newFolder();
  const unpacked = unpackConfig(packConfig(loadConfig(path, { DB: "secret" })), folder);
  expect(await readFile(unpacked, "utf8")).toBe(TEXT);
  expect(await readFile(join(folder, "certificates", "db.pem"), "utf8")).toBe("certificate of db\n");
  expect((await stat(unpacked)).mode & 0o077).toBe(0);
  const [deployment] = loadConfig(unpacked, { DB: "secret" }).deployments;
  expect(deployment?.components[0]?.tls?.ca).toEqual({ file: join(folder, "certificates", "ledger.pem") });
});

test.each(["", "AAAA", Buffer.from("{}").toString("base64")])(
  "what was not packed is refused: %j",
  async (text) => {
    const folder = await newFolder();
    expect(() => unpackConfig(text, folder)).toThrow(/cannot be unpacked; deploy it again; nothing was done/);
  },
);
