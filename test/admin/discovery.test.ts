import { afterEach, expect, test } from "vitest";
import { AdminClients } from "../../shared/admin/admin-clients.ts";
import { type ComponentSource, discover, type InstanceSource } from "../../shared/admin/discovery.ts";
import type { NameService } from "../../shared/admin/name-service.ts";
import { discoveryReasons } from "../../shared/pause/verdict.ts";
import { type DnsServer, dnsServer, type Zone } from "./dns-server.ts";
import { embeddedGate } from "./embedded-gate.ts";

const SRV = "_scalardl-admin._tcp.ledger-headless.default.svc.cluster.local";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0)) await thing.close();
});

async function dns(zone: Zone): Promise<DnsServer> {
  const server = await dnsServer(zone);
  opened.push(server);
  return server;
}

const ledger = (source: InstanceSource): ComponentSource => ({ name: "ledger", kind: "ledger", source });
const list = (...addresses: string[]) => ledger({ kind: "list", addresses });
const srv = (...servers: string[]) => ledger({ kind: "srv", name: SRV, servers });
const a = { "pod-1.test": ["127.0.0.1"], "pod-2.test": ["127.0.0.2"], "pod-3.test": ["127.0.0.3"] };
const pod = (n: number) => ({ host: `pod-${n}.test`, port: 50053 });
const hosts = ({ instances }: { instances: readonly { host: string }[] }) =>
  instances.map(({ host }) => host);

test("a list gives its instances in order, ports filled in by the kind of component", async () => {
  const auditor: ComponentSource = {
    name: "aud",
    kind: "auditor",
    source: { kind: "list", addresses: ["10.0.0.9"] },
  };
  expect(await discover([list("10.0.0.2:7001", "[::1]:7002", "10.0.0.1"), auditor])).toEqual({
    basis: "list",
    instances: [
      { component: "ledger", host: "10.0.0.2", port: 7001 },
      { component: "ledger", host: "::1", port: 7002 },
      { component: "ledger", host: "10.0.0.1", port: 50053 },
      { component: "aud", host: "10.0.0.9", port: 40053 },
    ],
  });
});

test("an instance that is listed twice is one instance", async () => {
  expect(hosts(await discover([list("10.0.0.1", "10.0.0.1:50053")]))).toEqual(["10.0.0.1"]);
});

test("a name that is pointed at another address is another instance", async () => {
  const at = (address: string): NameService => ({ srv: async () => [], addresses: async () => [address] });
  const before = await discover([list("ledger-0")], { names: at("10.0.0.1") });
  const after = await discover([list("ledger-0")], { names: at("10.0.0.2") });
  expect(discoveryReasons(before, before)).toEqual([]);
  expect(discoveryReasons(before, after).join()).toContain(
    '"ledger ledger-0:50053 uid at 10.0.0.2" had appeared',
  );
});

test("a listed name that stands for several processes is a disagreement", async () => {
  const names = {
    srv: async () => [],
    addresses: async (host: string) =>
      host === "ledger-headless" ? ["10.0.0.1", "10.0.0.2"] : ["127.0.0.1", "::1"],
  } satisfies NameService;
  const found = await discover([list("ledger-headless", "localhost", "10.0.0.3")], { names });
  expect(found.disagreement).toBe(
    '"ledger-headless" stands for 10.0.0.1, 10.0.0.2, of which only one is spoken to',
  );
});

test("a name that is one host is no disagreement", async () => {
  const found = await discover([list("localhost:50053")]);
  expect(found).toMatchObject({ basis: "list", instances: [{ host: "localhost" }] });
  expect(found.disagreement).toBeUndefined();
});

test("a name that the system does not know is told before anything is paused", async () => {
  const found = await discover([list("ledger.invalid")]);
  expect(found.disagreement).toBe(
    '"ledger.invalid" could not be resolved, so nobody knows which process it is',
  );
});

test("an answer that lacks one family of addresses is the same instance", async () => {
  const at = (...addresses: string[]): NameService => ({
    srv: async () => [],
    addresses: async () => addresses,
  });
  const before = await discover([list("ledger-0")], { names: at("fd00::1", "10.0.0.1") });
  const after = await discover([list("ledger-0")], { names: at("10.0.0.1") });
  expect(discoveryReasons(before, after)).toEqual([]);
});

test("SRV answers that agree are found without a disagreement", async () => {
  const server = await dns({
    srv: {
      [SRV]: [
        [pod(1), pod(2)],
        [pod(2), pod(1)],
      ],
    },
    a,
  });
  expect(await discover([srv(server.address)])).toEqual({
    basis: "dns",
    instances: [
      { component: "ledger", host: "127.0.0.1", port: 50053 },
      { component: "ledger", host: "127.0.0.2", port: 50053 },
    ],
  });
});

test("SRV answers that vary are joined, and what only some named is told", async () => {
  const server = await dns({ srv: { [SRV]: [[pod(1)], [pod(2)], [pod(1), pod(3)], [pod(1)]] }, a });
  const found = await discover([srv(server.address)]);
  expect(hosts(found)).toEqual(["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
  expect(found.disagreement).toBe(
    `of 5 lookups of "${SRV}" only some named "pod-1.test:50053", "pod-2.test:50053", "pod-3.test:50053"`,
  );
});

test("servers that differ from each other are compared", async () => {
  const one = await dns({ srv: { [SRV]: [[pod(1), pod(2)]] }, a });
  const other = await dns({ srv: { [SRV]: [[pod(1)]] }, a });
  const found = await discover([srv(one.address, other.address)]);
  expect(hosts(found)).toEqual(["127.0.0.1", "127.0.0.2"]);
  expect(found.disagreement).toContain('only some named "pod-2.test:50053"');
});

test("an answer that comes empty once is a disagreement", async () => {
  const server = await dns({ srv: { [SRV]: [[pod(1)], [], [pod(1)]] }, a });
  expect((await discover([srv(server.address)])).disagreement).toContain(
    'only some named "pod-1.test:50053"',
  );
});

test("an SRV name without records is INSTANCES_NOT_FOUND, or nothing for a restore", async () => {
  const server = await dns({});
  await expect(discover([srv(server.address)])).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: `Cannot find the instances of "ledger": the DNS says that "${SRV}" has no SRV records; is the name fully qualified?`,
  });
  expect(await discover([srv(server.address)], { ifNone: "accept" })).toEqual({
    basis: "dns",
    instances: [],
  });
});

test("a DNS that does not answer is INSTANCES_NOT_FOUND, for a restore too", async () => {
  const names: NameService = {
    srv: () => Promise.reject(Object.assign(new Error("queryStv ETIMEOUT"), { code: "ETIMEOUT" })),
    addresses: async () => [],
  };
  await expect(discover([srv()], { names, ifNone: "accept" })).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: expect.stringContaining(`of 2 lookups of "${SRV}" 2 failed (ETIMEOUT)`),
  });
});

test("a lookup that fails among others that are answered is a disagreement", async () => {
  let question = 0;
  const names: NameService = {
    srv: async () => {
      if (question++ === 1) throw Object.assign(new Error("querySrv ESERVFAIL"), { code: "ESERVFAIL" });
      return [{ name: "127.0.0.1", port: 50053 }];
    },
    addresses: async () => [],
  };
  expect((await discover([srv()], { names })).disagreement).toBe(
    `of 5 lookups of "${SRV}" 1 failed (ESERVFAIL)`,
  );
});

test("every lookup reaches a server, though the records may be cached for a minute", async () => {
  const server = await dns({ srv: { [SRV]: [[pod(1)]] }, a });
  await discover([srv(server.address)]);
  // Five for SRV, one for the pod's address.
  expect(server.questions).toBe(6);
});

const nobody: NameService = { srv: async () => [], addresses: async () => [] };
const release: ComponentSource = {
  name: "cluster",
  kind: "scalardb-cluster",
  source: { kind: "kubernetes", release: "stock", namespace: "default", cluster: { kind: "in-cluster" } },
};
const pods = (...hosts: string[]) => ({
  find: async () => ({
    addresses: hosts.map((host) => ({
      host,
      port: 60053,
      uid: "u",
      pod: { namespace: "default", name: host, server: "https://10.0.0.1" },
    })),
    problems: [],
    unaddressed: [],
  }),
  whyNone: async () => "there are none",
});

test("a list of instances rests on the weakest that any component rests on", async () => {
  const basisOf = async (...components: ComponentSource[]) =>
    (await discover(components, { releases: pods("10.0.0.1"), names: nobody, ifNone: "accept" })).basis;
  expect(await basisOf(release)).toBe("kubernetes");
  expect(await basisOf(release, list("10.0.0.2"))).toBe("list");
  expect(await basisOf(release, srv(), list("10.0.0.2"))).toBe("dns");
});

test("every component that cannot be found is told", async () => {
  await expect(discover([release, srv()], { releases: pods(), names: nobody })).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: expect.stringMatching(/"cluster": there are none; .*"ledger": the DNS says/),
  });
});

test("an instance found by SRV can be spoken to", async () => {
  const gate = await embeddedGate();
  opened.push(gate);
  const server = await dns({ srv: { [SRV]: [[{ host: "pod-1.test", port: gate.instance.port }]] }, a });
  const { instances } = await discover([srv(server.address)]);
  const clients = new AdminClients({ clock: () => performance.now() });
  opened.push(clients);
  expect(await clients.checkPaused(instances, { deadlineMs: 5_000 })).toMatchObject([{ kind: "open" }]);
});

test("more instances than can be meant are refused", async () => {
  const many = Array.from({ length: 1_001 }, (_, n) => `10.0.${n >> 8}.${n & 255}`);
  await expect(discover([list(...many)])).rejects.toMatchObject({
    code: "INSTANCES_NOT_FOUND",
    message: expect.stringContaining("1001 were found, and at most 1000 are handled"),
  });
});
