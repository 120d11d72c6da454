import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addressOf } from "../../../shared/databases/sql/address.ts";

const folder = mkdtempSync(join(tmpdir(), "stillpoint-address-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SETTINGS = {
  name: "main",
  engine: "postgresql",
  host: "db.example.com",
  port: 5432,
  database: "ledger",
  user: "backup",
  password: { env: "DB_PASSWORD" },
  tls: {},
} as const;

test("a password comes from the environment", () => {
  const { name, ...rest } = SETTINGS;
  expect(addressOf(SETTINGS, { DB_PASSWORD: "s3 cret " })).toEqual({ ...rest, password: "s3 cret " });
});

test("a password comes from a file, without the line end that an editor leaves", () => {
  const file = join(folder, "password");
  for (const [text, password] of [
    ["secret\n", "secret"],
    ["secret\r\n", "secret"],
    [" secret\n\n", " secret\n"],
    ["secret", "secret"],
  ] as const) {
    writeFileSync(file, text);
    expect(addressOf({ ...SETTINGS, password: { file } }, {}).password).toBe(password);
  }
});

test.each([
  { what: "that is not set", password: { env: "DB_PASSWORD" }, env: {}, says: /"DB_PASSWORD" is not set/ },
  { what: "that is empty", password: { env: "E" }, env: { E: "" }, says: /"E" is empty/ },
  {
    what: "in no file",
    password: { file: join(folder, "none") },
    env: {},
    says: /Cannot read .*none.*ENOENT/,
  },
])("a password $what is refused before anything is contacted", ({ password, env, says }) => {
  const attempt = () => addressOf({ ...SETTINGS, password }, env);
  expect(attempt).toThrow(says);
  expect(attempt).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

test("another machine is never asked without TLS, this one may be", () => {
  const env = { DB_PASSWORD: "x" };
  expect(() => addressOf({ ...SETTINGS, tls: "off" }, env)).toThrow(/in the clear/);
  for (const host of ["localhost", "127.0.0.1", "::1"])
    expect(addressOf({ ...SETTINGS, host, tls: "off" }, env).tls).toBe("off");
});
