import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import type { AdminTls } from "../../shared/admin/tls.ts";
import type { Instance, PauseOutcome } from "../../shared/pause/instance.ts";
import { type Authority, type CertificateShop, certificateShop, type KeyPair } from "./certificates.ts";
import { embeddedGate } from "./embedded-gate.ts";
import { silentServer } from "./tcp-servers.ts";

let shop: CertificateShop;
let ours: Authority;
let theirs: Authority;
/** For the name that all instances of the component go by, as a Kubernetes deployment has it. */
let byName: KeyPair;
let byAddress: KeyPair;

beforeAll(() => {
  shop = certificateShop();
  ours = shop.newAuthority("ours");
  theirs = shop.newAuthority("theirs");
  byName = ours.issue("ledger", "DNS:ledger.example.com,DNS:*.ledger.example.com");
  byAddress = ours.issue("ledger", "IP:127.0.0.1");
});
afterAll(() => shop.close());

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

async function serve(pair: KeyPair, clientCa?: string): Promise<Instance> {
  const tls = clientCa === undefined ? pair : { ...pair, clientCa };
  const gate = await embeddedGate("scalardl-3.14", { tls });
  opened.push(gate);
  return gate.instance;
}

async function pause(instance: Instance, tls?: AdminTls): Promise<PauseOutcome> {
  const clock = () => performance.now();
  const clients = new AdminClients(tls ? { clock, tls: { ledger: tls } } : { clock });
  opened.push(clients);
  const [outcome] = await clients.pause([instance], { drainWaitMs: 2_000, deadlineMs: 3_000 });
  return outcome as PauseOutcome;
}

test("a certificate for the address dialled, signed by the CA in a file, is accepted", async () => {
  expect((await pause(await serve(byAddress), { ca: { file: ours.file } })).kind).toBe("paused");
});

test("a CA may be given as text, its line ends written out", async () => {
  const pem = ours.certificate.replaceAll("\n", "\\n");
  expect((await pause(await serve(byAddress), { ca: { pem } })).kind).toBe("paused");
});

test("an authority stands in for the address in the check of the certificate", async () => {
  const instance = await serve(byName);
  const ca = { file: ours.file };
  expect((await pause(instance, { ca, authority: "ledger.example.com" })).kind).toBe("paused");
  expect((await pause(instance, { ca, authority: "ledger-0.ledger.example.com:50053" })).kind).toBe("paused");
});

test("a certificate for other names is told with the names it has, and the Pause is not sent", async () => {
  const outcome = await pause(await serve(byName), { ca: { file: ours.file } });
  expect(outcome).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining(
      'its certificate is not for "127.0.0.1" but for DNS:ledger.example.com, DNS:*.ledger.example.com',
    ),
  });
});

test("an authority that the certificate does not have is told", async () => {
  const outcome = await pause(await serve(byName), {
    ca: { file: ours.file },
    authority: "auditor.example.com",
  });
  expect(outcome).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining('not for "auditor.example.com"'),
  });
});

test("a certificate of another CA is told", async () => {
  const outcome = await pause(await serve(byAddress), { ca: { file: theirs.file } });
  expect(outcome).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("its certificate is not signed by the configured CA"),
  });
});

test("without a CA the system's are asked, which do not know ours", async () => {
  expect((await pause(await serve(byAddress), {})).kind).toBe("not-sent");
});

test("an expired certificate is told", async () => {
  const expired = ours.issue("ledger", "IP:127.0.0.1", -1);
  const outcome = await pause(await serve(expired), { ca: { file: ours.file } });
  expect(outcome).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("its certificate has expired"),
  });
});

test("a client certificate is shown where the server demands one", async () => {
  const instance = await serve(byAddress, ours.certificate);
  const { certificate, key } = ours.issue("stillpoint", "DNS:stillpoint");
  const clientCertificate = { certificate: { pem: certificate }, key: { pem: key } };
  expect((await pause(instance, { ca: { file: ours.file }, clientCertificate })).kind).toBe("paused");
});

test("a missing client certificate proves the Pause unsent, though TLS 1.3 lets the client talk before", async () => {
  const outcome = await pause(await serve(byAddress, ours.certificate), { ca: { file: ours.file } });
  expect(outcome).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("demands a client certificate"),
  });
});

test("a client certificate of another CA proves the Pause unsent", async () => {
  const { certificate, key } = theirs.issue("stillpoint", "DNS:stillpoint");
  const clientCertificate = { certificate: { pem: certificate }, key: { pem: key } };
  const outcome = await pause(await serve(byAddress, ours.certificate), {
    ca: { file: ours.file },
    clientCertificate,
  });
  expect(outcome).toMatchObject({ kind: "not-sent", message: expect.stringContaining("client certificate") });
});

test("TLS to a plaintext instance proves the Pause unsent", async () => {
  const gate = await embeddedGate();
  opened.push(gate);
  expect(await pause(gate.instance, { ca: { file: ours.file } })).toMatchObject({
    kind: "not-sent",
    message: expect.stringContaining("it does not speak TLS; it may serve plaintext"),
  });
});

test("plaintext to a TLS instance proves the Pause unsent", async () => {
  expect(await pause(await serve(byAddress))).toMatchObject({
    kind: "not-sent",
    message: expect.stringMatching(/wants TLS/),
  });
});

test("an instance that never answers the handshake proves the Pause unsent", async () => {
  const server = await silentServer();
  opened.push(server);
  const clients = new AdminClients({ clock: () => performance.now(), tls: { ledger: {} } });
  opened.push(clients);
  const instance = { component: "ledger", host: "127.0.0.1", port: server.port };
  const [outcome] = await clients.pause([instance], { drainWaitMs: 100, deadlineMs: 150 });
  expect(outcome?.kind).toBe("not-sent");
});

test.each([
  [
    "a file that does not exist",
    { ca: { file: "/nowhere/ca.pem" } },
    'Cannot read the CA of component "ledger" from "/nowhere/ca.pem"',
  ],
  ["a text without a PEM block", { ca: { pem: "secret" } }, "the text given holds no PEM block"],
  [
    "a key that is none",
    { clientCertificate: { certificate: { pem: "-----BEGIN X-----" }, key: { pem: "-----BEGIN X-----" } } },
    'Cannot use the TLS settings of component "ledger"',
  ],
])("%s is a problem of the configuration", (_what, tls: AdminTls, message) => {
  const open = () => new AdminClients({ clock: () => 0, tls: { ledger: tls } });
  expect(open).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(message) }),
  );
});

test("a client key that belongs to another certificate is a problem of the configuration", () => {
  const clientCertificate = { certificate: { pem: byName.certificate }, key: { pem: byAddress.key } };
  const open = () => new AdminClients({ clock: () => 0, tls: { ledger: { clientCertificate } } });
  expect(open).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
