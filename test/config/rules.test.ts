import { expect, test } from "vitest";
import { deploymentWith, LEAST, problemsOf } from "./files.ts";

const cases: readonly (readonly [behaviour: string, part: string, ...problems: string[]])[] = [
  [
    "a bare number is no duration",
    "pause: { drainWait: 30 }",
    ':3:25 deployments.payments.pause.drainWait must be a duration with its unit, such as "250ms", "5s", "2m" or ' +
      '"1h30m": a bare number could mean seconds or milliseconds (it is 30)',
  ],
  [
    "a duration outside its bounds is told them",
    "pause: { drainWait: 11m, rpcDeadline: 1ms }",
    ':3:25 deployments.payments.pause.drainWait must be from 100ms to 10m (it is "11m")',
    ':3:43 deployments.payments.pause.rpcDeadline must be from 50ms to 1m (it is "1ms")',
  ],
  [
    "a fixed hold too short for a whole second is refused",
    "pause: { hold: 1900ms }",
    ":3:20 deployments.payments.pause.hold must be from 2s to 10m: a shorter window may contain no whole second, " +
      'and restore times have whole seconds (it is "1900ms")',
  ],
  [
    "a hold that is neither auto nor a duration is told both forms",
    "pause: { hold: atuo }",
    ':3:20 deployments.payments.pause.hold must be "auto", or a duration with its unit, such as ' +
      '"250ms", "5s", "2m" or "1h30m" (it is "atuo")',
  ],
  [
    "the longest pause must leave room for drain, hold and what comes after",
    "pause: { drainWait: 30s, hold: 20s, longest: 60s }",
    ':3:50 deployments.payments.pause.longest must be longer than 1m5s: drainWait 30s, hold 20s and three times rpcDeadline 5s (it is "60s")',
  ],
  [
    "a default that no longer fits is reported at its section",
    "pause: { drainWait: 55s }",
    ":3:5 deployments.payments.pause.longest must be longer than 1m12s: drainWait 55s, hold 2s and three times rpcDeadline 5s",
  ],
  [
    "a section without contents is told to be left out",
    "pause:",
    ":3:5 deployments.payments.pause has nothing after it; it must be a section with settings of its own, or be left out",
  ],
  [
    "an unknown setting is told what it may have meant",
    "pause: { drain_wait: 5s, clockAlowance: 1s, xyz: 1 }",
    ':3:14 deployments.payments.pause.drain_wait is no setting here; did you mean "drainWait"?',
    ':3:30 deployments.payments.pause.clockAlowance is no setting here; did you mean "clockAllowance"?',
    ":3:49 deployments.payments.pause.xyz is no setting here",
  ],
  [
    "a component whose name is no kind needs one",
    "components: { main: { instances: [a] } }",
    ':3:19 deployments.payments.components.main.kind is missing, and "main" is not the name of a kind',
  ],
  [
    "a kind that does not exist is told the ones that do",
    "components: { main: { kind: leger, instances: [a] } }",
    ':3:33 deployments.payments.components.main.kind must be "ledger" or "auditor" or "scalardb-cluster" or ' +
      '"scalardb-server"; did you mean "ledger"? (it is "leger")',
  ],
  [
    "components of two products are no deployment",
    "components: { ledger: { instances: [a] }, scalardb-cluster: { instances: [b] } }",
    ":3:47 deployments.payments.components.scalardb-cluster.kind must belong to scalardl, as the deployment does; " +
      '"scalardb-cluster" does not',
  ],
  [
    "a Ledger cannot be left running",
    "components: { ledger: { instances: [a], paused: false } }",
    ":3:53 deployments.payments.components.ledger.paused must not be false for a ledger: its transactions would go on " +
      "inside the window (it is false)",
  ],
  [
    "something must be paused",
    "components: { auditor: { instances: [a] } }",
    ":3:5 deployments.payments.components must have a component that is paused",
  ],
  [
    "no components and no instances are both refused",
    "components: {}",
    ":3:17 deployments.payments.components must name at least one component",
  ],
  [
    "addresses that cannot be dialled are refused, each by itself",
    'components: { ledger: { instances: ["a:0", "::x", "http://a", 53, "10.0.0.256", "[a]:1", ""] } }',
    ...['"a:0"', '"::x"', '"http://a"', "53", '"10.0.0.256"', '"[a]:1"', '""'].map((shown, index) =>
      expect.stringMatching(
        `ledger.instances\\[${index}\\] must be .* \\(it is ${shown.replaceAll(/[[\]]/g, "\\$&")}\\)$`,
      ),
    ),
  ],
  [
    "one instance in two spellings is one instance",
    'components: { ledger: { instances: ["[::1]", LEDGER] }, l2: { kind: ledger, instances: ["[0:0::1]:50053", ledger.] } }',
    ':3:93 deployments.payments.components.l2.instances[0] must not name "[::1]:50053" again: component ' +
      '"payments.ledger" does (it is "[0:0::1]:50053")',
    ':3:111 deployments.payments.components.l2.instances[1] must not name "ledger:50053" again: component ' +
      '"payments.ledger" does (it is "ledger.")',
  ],
  [
    "an SRV name that is none, and servers that are no addresses, are refused",
    'components: { ledger: { instances: { srv: "a b", servers: [dns.example, 10.0.0.300, "[fd00::2]:53", 10.0.0.2] } } }',
    expect.stringMatching(/instances\.srv must be a DNS name, .* \(it is "a b"\)$/),
    expect.stringMatching(
      /servers\[0\] must be the IP address of a DNS server, .* \(it is "dns\.example"\)$/,
    ),
    expect.stringMatching(
      /servers\[1\] must be the IP address of a DNS server, .* \(it is "10\.0\.0\.300"\)$/,
    ),
  ],
  [
    "a mistyped srv is told so rather than that a list was expected",
    "components: { ledger: { instances: { svr: a } } }",
    ":3:29 deployments.payments.components.ledger.instances.srv is missing",
    ':3:42 deployments.payments.components.ledger.instances.svr is no setting here; did you mean "srv"?',
  ],
  [
    "a mistyped setting of a release is told where it is",
    "components: { ledger: { instances: { kubernetes: { relase: a, namespace: A_B, port: 0 } } } }",
    ":3:42 deployments.payments.components.ledger.instances.kubernetes.release is missing",
    expect.stringMatching(/kubernetes\.namespace must be the name of a namespace \(it is "A_B"\)$/),
    expect.stringMatching(/kubernetes\.port must be a port from 1 to 65535 \(it is 0\)$/),
    expect.stringMatching(/kubernetes\.relase is no setting here; did you mean "release"\?$/),
  ],
  [
    "a token is not taken, and not shown",
    "components: { ledger: { instances: { kubernetes: { release: a, access: " +
      '{ endpoint: "https://10.0.0.1", ca: { file: a }, token: abc } } } } }',
    ":3:132 deployments.payments.components.ledger.instances.kubernetes.access.token must be a section with settings " +
      "of its own (it is not shown, since it may be a secret)",
  ],
  [
    "an access to an API server says as whom",
    'components: { ledger: { instances: { kubernetes: { release: a, access: { endpoint: "https://a", ca: { file: a } } } } } }',
    ":3:68 deployments.payments.components.ledger.instances.kubernetes.access.token is missing",
  ],
  [
    "an API server is not sent a token in the clear",
    "components: { ledger: { instances: { kubernetes: { release: a, access: " +
      '{ endpoint: "http://10.0.0.1", ca: { file: a }, eks: { cluster: c, region: r } } } } } }',
    expect.stringMatching(/access\.endpoint must begin with https:\/\/: a token would be sent to it/),
  ],
  [
    "an access that is neither file nor server is told both",
    "components: { ledger: { instances: { kubernetes: { release: a, access: incluster } } } }",
    expect.stringMatching(
      /access must be "in-cluster", or a section with settings of its own \(it is "incluster"\)$/,
    ),
  ],
  [
    "a release belongs to one component",
    "components: { ledger: { instances: { kubernetes: { release: a } } }, " +
      "l2: { kind: ledger, instances: { kubernetes: { release: a, namespace: default } } } }",
    ':3:130 deployments.payments.components.l2.instances.kubernetes.release must not name "ledger of release a in ' +
      'namespace default" again: component "payments.ledger" does (it is "a")',
  ],
  [
    "a ScalarDB Server has no pods that can be told",
    "components: { scalardb-server: { instances: { kubernetes: { release: a } } } }",
    ":3:49 deployments.payments.components.scalardb-server.instances must be a list or an SRV name for a " +
      "scalardb-server: its pods cannot be told by their labels",
  ],
  [
    "instances that are neither list nor SRV name are told both forms",
    "components: { ledger: { instances: 10.0.0.1 } }",
    ":3:40 deployments.payments.components.ledger.instances must be a list, or a section with settings of its own " +
      '(it is "10.0.0.1")',
  ],
  [
    "a private key is not taken, and not shown",
    'components: { ledger: { instances: [a], tls: { certificate: { pem: "-----BEGIN A" }, key: "MIIabc" } } }',
    ":3:95 deployments.payments.components.ledger.tls.key must be a section with settings of its own " +
      "(it is not shown, since it may be a secret)",
  ],
  [
    "a password is not taken, and not shown",
    "databases: { main: { kind: jdbc, engine: mysql, host: h, user: u, password: hunter2, dumps: { kind: folder, path: d } } }",
    expect.stringMatching(
      /main\.password must be a section with settings of its own \(it is not shown, since it may be a secret\)$/,
    ),
  ],
  [
    "a private key given as PEM is told where it belongs",
    'components: { ledger: { instances: [a], tls: { certificate: { pem: "-----BEGIN A" }, key: { pem: "MIIabc" } } } }',
    expect.stringMatching(/tls\.key\.pem is no setting: a private key is never written into this file/),
    expect.stringMatching(/tls\.key must have exactly one of "file" and "env"/),
  ],
  [
    "a certificate without its key is half a pair",
    'components: { ledger: { instances: [a], tls: { certificate: { pem: "-----BEGIN A" } } } }',
    ':3:50 deployments.payments.components.ledger.tls must have both "certificate" and "key", or neither',
  ],
  [
    "a database is told what it lacks",
    "databases: { main: { kind: dynamo } }",
    ':3:32 deployments.payments.databases.main.kind must be "dynamodb" or "cosmosdb" or "jdbc" or "managed" or "cassandra"; did you mean "dynamodb"? (it is "dynamo")',
  ],
  [
    "a database of a known kind is told all that it lacks",
    "databases: { main: { kind: cosmosdb, account: Ledger } }",
    ":3:18 deployments.payments.databases.main.subscription is missing",
    ":3:18 deployments.payments.databases.main.resourceGroup is missing",
    expect.stringContaining("main.account must be the name of an account"),
  ],
  [
    "a restored account is not opened to all of Azure",
    "databases: { main: { kind: cosmosdb, subscription: 00000000-0000-0000-0000-000000000001, resourceGroup: g, account: ledger, verifyFrom: { address: 0.0.0.0 } } }",
    expect.stringContaining("takes 0.0.0.0 for everything in Azure"),
  ],
  [
    "databases of two kinds are not restored together",
    "databases: { a: { kind: dynamodb, region: r }, b: { kind: cosmosdb, subscription: 00000000-0000-0000-0000-000000000001, resourceGroup: g, account: ledger } }",
    expect.stringContaining(
      'databases.b.kind must be "dynamodb", as that of database "a": one restore brings all of them back',
    ),
  ],
  [
    "credentials in an address are refused and not shown",
    'databases: { main: { kind: dynamodb, region: r, endpoint: "http://me:secret@host" } }',
    ":3:63 deployments.payments.databases.main.endpoint must not hold credentials " +
      "(it is not shown, since it may be a secret)",
  ],
  [
    "an endpoint that is no HTTP address is refused",
    "databases: { main: { kind: dynamodb, region: r, endpoint: localhost:8000, autoScalingEndpoint: ftp://a } }",
    expect.stringContaining("main.endpoint must be the address of an HTTP service"),
    expect.stringContaining("main.autoScalingEndpoint must be the address of an HTTP service"),
  ],
  [
    "backups are kept for a day at least, and global tables are refused or accepted",
    "databases: { main: { kind: dynamodb, region: r, keepBackups: 2h, globalTables: maybe } }",
    expect.stringMatching(/main\.globalTables must be "refuse" or "accept"/),
    expect.stringContaining("main.keepBackups must be from 1d to 3650d"),
  ],
  [
    "a backup of DynamoDB itself is not taken while it may miss what was written",
    "databases: { main: { kind: dynamodb, region: r, backupDoubt: 60s } }",
    expect.stringContaining(
      "main.backupDoubt must be at least 61s: a backup of DynamoDB may miss what was written in the last minute",
    ),
  ],
  [
    "two databases with the same tables are one",
    "databases: { a: { kind: dynamodb, region: r }, b: { kind: dynamodb, region: r, ledgerNamespace: other } }",
    ':3:52 deployments.payments.databases.b must not hold the same tables as database "a"',
  ],
  [
    "a schedule is checked",
    "schedule: { cron: 0 25 * * *, timezone: Asia/Tokio }",
    expect.stringMatching(/:3:23 .*schedule\.cron has "25" as its hour, which must be/),
    expect.stringMatching(
      /schedule\.timezone must be a time zone .*; did you mean "Asia\/Tokyo"\? \(it is "Asia\/Tokio"\)$/,
    ),
  ],
];

test.each(cases)("%s", async (_behaviour, part, ...problems) => {
  expect(await problemsOf(deploymentWith(part))).toEqual(problems);
});

test("names are refused without hiding what is wrong inside", async () => {
  const problems = await problemsOf(LEAST.replace("payments", "Pay_ments").replace("dynamodb", "cosmos"));
  expect(problems).toEqual([
    ":3:3 deployments.Pay_ments must be a name of lower-case letters, digits and hyphens",
    ':7:21 deployments.Pay_ments.databases.main.kind must be "dynamodb" or "cosmosdb" or "jdbc" or "managed" or "cassandra"; did you mean "cosmosdb"? (it is "cosmos")',
  ]);
});

test("a setting named __proto__ is unknown like any other", async () => {
  expect(await problemsOf(`${LEAST}__proto__: {}\n`)).toEqual([":8:1 __proto__ is no setting here"]);
});

test("a deployment named __proto__ is refused", async () => {
  expect(await problemsOf(LEAST.replace("payments", "__proto__"))).not.toEqual([]);
});

test("two deployments cannot share an instance, since each has a lease of its own", async () => {
  const second = LEAST.replace("\ndeployments:\n", "").replace("payments", "orders");
  expect(await problemsOf(LEAST + second)).toEqual([
    ':10:29 deployments.orders.components.ledger.instances[0] must not name "10.0.0.1:50053" again: component ' +
      '"payments.ledger" does (it is "10.0.0.1")',
  ]);
});

test("what is ScalarDL's alone is refused for ScalarDB", async () => {
  const text = LEAST.replace("ledger:", "scalardb-cluster:").replace(
    "region:",
    "ledgerNamespace: a, region:",
  );
  expect(await problemsOf(text)).toEqual([
    ':7:48 deployments.payments.databases.main.ledgerNamespace is for ScalarDL only (it is "a")',
  ]);
});

test("twenty mistakes are twenty problems", async () => {
  const text = Array.from({ length: 20 }, (_, n) => `    wrong${n}: 1\n`).join("");
  expect(await problemsOf(LEAST + text)).toHaveLength(20);
});

test.each([
  [
    "{ kind: dynamo, region: r }",
    'kind must be "file" or "dynamodb" or "azure-table"; did you mean "dynamodb"? (it is "dynamo")',
  ],
  ["{ kind: dynamodb }", "region is missing"],
  ["{ kind: dynamodb, region: r, tabel: t }", 'tabel is no setting here; did you mean "table"?'],
  ["{ kind: dynamodb, region: r, path: ./c }", "path does not go with the other settings here"],
  ["{ region: r }", "region does not go with the other settings here"],
  [
    "{ kind: dynamodb, region: r, table: a b }",
    'table must be a table name of 3 to 255 letters, digits, "_", "." and "-" (it is "a b")',
  ],
  ["{ kind: azure-table }", "account is missing"],
  [
    "{ kind: azure-table, account: Ops }",
    'account must be the name of a storage account: 3 to 24 lower-case letters and digits (it is "Ops")',
  ],
  [
    "{ kind: azure-table, account: ops, table: a-b }",
    'table must be a table name of 3 to 63 letters and digits that begins with a letter (it is "a-b")',
  ],
  ["{ kind: azure-table, account: ops, region: r }", "region does not go with the other settings here"],
  [
    "{ kind: azure-table, account: ops, endpoint: http://10.0.0.1/ops }",
    "endpoint must begin with https where no key is named: an identity's token would travel in the clear",
  ],
  [
    "{ kind: azure-table, account: ops, key: bm90IGEgcmVhbCBrZXk= }",
    "key must be a section with settings of its own (it is not shown, since it may be a secret)",
  ],
  ["{ kind: azure-table, account: ops, endpoint: 5 }", "endpoint must be a text (it is 5)"],
  ["{ kind: azure-table, account: ops, key: {} }", "key.env is missing"],
])("a catalog %s is told what is wrong with it", async (catalog, says) => {
  expect(await problemsOf(`${LEAST}catalog: ${catalog}\n`)).toEqual([
    expect.stringContaining(` catalog.${says}`),
  ]);
});
