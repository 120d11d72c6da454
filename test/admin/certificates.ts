import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** A file with the authority's certificate. */
  readonly file: string;
  issue(commonName: string, names: string, days?: number): KeyPair;
}

export interface CertificateShop {
  readonly folder: string;
  newAuthority(name: string): Authority;
  close(): void;
}

/** Makes certificates with the openssl command, in a folder of its own. */
export function certificateShop(): CertificateShop {
  const folder = mkdtempSync(join(tmpdir(), "stillpoint-tls-"));
  const path = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
  const read = (name: string) => readFileSync(path(name), "utf8");
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  let serial = 1;

  function issue(ca: string, commonName: string, names: string, days = 2): KeyPair {
    const name = `${ca}-${serial++}`;
    writeFileSync(path(`${name}.ext`), `subjectAltName=${names}\n`);
    openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${commonName}`);
    const signed = ["-CA", `${ca}.pem`, "-CAkey", `${ca}.key`, "-CAcreateserial", "-extfile", `${name}.ext`];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-days", String(days), "-out", `${name}.pem`);
    return { certificate: read(`${name}.pem`), key: read(`${name}.key`) };
  }

  function newAuthority(name: string): Authority {
    openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
      "-subj",
      `/CN=${name}`,
    );
    const pair = { certificate: read(`${name}.pem`), key: read(`${name}.key`) };
    return { ...pair, file: path(`${name}.pem`), issue: (...of) => issue(name, ...of) };
  }

  return { folder, newAuthority, close: () => rmSync(folder, { recursive: true }) };
}
