import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkConfig, loadConfig, showProblem } from "../../shared/config/load-config.ts";
import { adminTls } from "../../shared/config/tls-material.ts";
import { type CertificateShop, certificateShop, type KeyPair } from "../admin/certificates.ts";
import { deploymentWith, fileWith } from "./files.ts";

describe("certificates and keys", () => {
  let shop: CertificateShop;
  let pair: KeyPair;
  let other: KeyPair;
  let ca: string;
  beforeAll(() => {
    shop = certificateShop();
    const authority = shop.newAuthority("authority");
    ca = authority.certificate;
    pair = authority.issue("one", "DNS:one");
    other = authority.issue("other", "DNS:other");
  });
  afterAll(() => shop.close());

  const component = (tls: string) =>
    deploymentWith(`components: { ledger: { instances: [a], tls: ${tls} } }`);

  async function checked(tls: string, files: Record<string, string>, env = {}) {
    const path = await fileWith(component(tls));
    for (const [name, text] of Object.entries(files)) await writeFile(join(dirname(path), name), text);
    const check = checkConfig(path, env);
    return check.kind === "usable" ? check.config : check.problems.map((problem) => showProblem("", problem));
  }

  test("that are there and fit together are accepted", async () => {
    const tls = "{ ca: { file: ca.pem }, certificate: { file: c.pem }, key: { env: KEY } }";
    const config = await checked(tls, { "ca.pem": ca, "c.pem": pair.certificate }, { KEY: pair.key });
    expect(config).toMatchObject({ deployments: [{}] });
  });

  test("that are missing are named, each by itself, by the check and not when the configuration is loaded", async () => {
    const tls = "{ ca: { file: ca.pem }, certificate: { file: c.pem }, key: { env: KEY } }";
    expect(await checked(tls, {})).toEqual([
      ':3:64 deployments.payments.components.ledger.tls.ca.file must be readable: ENOENT (it is "ca.pem")',
      ':3:95 deployments.payments.components.ledger.tls.certificate.file must be readable: ENOENT (it is "c.pem")',
      ':3:116 deployments.payments.components.ledger.tls.key.env must name an environment variable that is set (it is "KEY")',
    ]);
    const config = loadConfig(await fileWith(component(tls)), {});
    const settings = config.deployments[0]?.components[0]?.tls ?? {};
    expect(() => adminTls(settings, {})).toThrow('environment variable "KEY": it is not set');
  });

  test("that are missing are reported together with mistakes elsewhere", async () => {
    const path = await fileWith(`${component("{ ca: { file: ca.pem } }")}    pause: { hold: 5 }\n`);
    const check = checkConfig(path, {});
    expect(check).toMatchObject({
      kind: "unusable",
      problems: [{ rule: "must be readable: ENOENT" }, { path: "deployments.payments.pause.hold" }],
    });
  });

  test("that do not fit together, or are none, are refused", async () => {
    const tls = "{ certificate: { file: c.pem }, key: { file: c.key } }";
    const refusals = [
      { "c.pem": pair.certificate, "c.key": other.key },
      { "c.pem": "not PEM", "c.key": pair.key },
      {
        "c.pem": pair.certificate,
        "c.key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
      },
    ];
    for (const files of refusals)
      expect(await checked(tls, files)).toEqual([
        expect.stringMatching(/^:3:45 .*ledger\.tls must be usable: /),
      ]);
  });

  test("become what the admin client takes", () => {
    const settings = {
      authority: "ledger",
      client: { certificate: { file: "/c.pem" }, key: { env: "KEY" } },
    } as const;
    expect(adminTls(settings, { KEY: pair.key })).toEqual({
      authority: "ledger",
      clientCertificate: { certificate: { file: "/c.pem" }, key: { pem: pair.key } },
    });
  });
});
