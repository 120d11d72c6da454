import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FailureOutput } from "../../functions/cli/json/output.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { configured, NOWHERE, stillpoint } from "./stillpoint.ts";

test.each([
  { words: ["lisst"], says: "unknown command 'lisst'" },
  { words: ["list", "--al"], says: "unknown option '--al'" },
  { words: ["show"], says: "missing required argument 'id'" },
  { words: ["plan"], says: "exactly one of --point ID, --at TIME and --nearest TIME" },
  { words: ["plan", "--point", "a", "--at", "2026-01-01T00:00Z"], says: "exactly one of" },
  {
    words: ["plan", "--at", "latest", "--after"],
    says: 'takes "latest" with --settle only: the last restore point is that before the present time; --after goes with',
  },
  { words: ["plan", "--nearest", "latest", "--settle"], says: "--settle goes with --at TIME only" },
  { words: ["plan", "--at", "yesterday"], says: 'cannot read --at "yesterday"' },
  { words: ["restore", "--plan", "r", "--side-by-side"], says: "has its point and its mode already" },
  { words: ["restore", "--plan", "r", "--detach-replicas"], says: "has its point and its mode already" },
  {
    words: ["restore", "--plan", "r", "--nearest", "latest", "--after"],
    says: "leave out --nearest, --after;",
  },
  { words: ["restore", "resume", "r", "--side-by-side"], says: "has its plan: leave out --side-by-side;" },
  {
    words: ["restore", "abandon", "r", "--confirm", "a"],
    says: 'no more than the run, "r": leave out --confirm;',
  },
  { words: ["dropped"], says: "missing required argument 'run'" },
  { words: ["verify"], says: "--live reads the live tables" },
  { words: ["rehearse", "--port", "many"], says: 'cannot use --port "many"' },
  {
    words: ["rehearse", "--database", "oracle"],
    says: "Allowed choices are dynamodb, cosmosdb, postgresql, mysql, cassandra",
  },
  {
    words: ["rehearse", "--database", "mysql", "--port", "1"],
    says: "cannot use --port with --database mysql",
  },
  { words: ["rehearse", "--database", "cosmosdb", "--only", "dynamodb"], says: "cannot use --only" },
  {
    words: ["rehearse", "--database", "cosmosdb", "--ledger", "scalardb-server", "--backend", "http://a"],
    says: "cannot use --ledger scalardb-server, --backend",
  },
  {
    words: ["rehearse", "--database", "cassandra", "--ledger", "scalardb-server", "--port", "1"],
    says: "cannot use --ledger scalardb-server, --port with --database cassandra",
  },
  {
    words: ["rehearse", "--story", "no-pause", "--database", "mysql", "--ledger", "scalardb-server"],
    says: "cannot use --database mysql, --ledger scalardb-server with --story no-pause",
  },
  { words: ["rehearse", "--story", "backup", "--only", "dynamodb"], says: "cannot use --only with --story" },
  { words: ["rehearse", "--story", "of-old"], says: "Allowed choices are backup, no-pause" },
  { words: [], says: "no command was given" },
])("$words is refused before anything is done", async ({ words, says }) => {
  const { status, stdout, stderr } = await stillpoint(words);
  expect(stderr).toContain(`error USAGE: `);
  expect(stderr).toContain(says);
  expect(stderr).toContain("nothing was done");
  expect(stdout).toBe("");
  expect(status).toBe(ERRORS.USAGE.exit);
});

test("help and version are results, not failures", async () => {
  const help = await stillpoint(["restore", "--help"]);
  expect(help).toMatchObject({ status: 0, stderr: "" });
  expect(help.stdout).toContain("resume");
  const resume = await stillpoint(["restore", "resume", "--help"]);
  expect(resume.stdout.match(/--confirm|--side-by-side|--json/g)).toEqual(["--confirm", "--json"]);
  const version = await stillpoint(["--version"]);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(version.status).toBe(0);
});

test("with --json a failure is one object on standard output, with the words of the table", async () => {
  const usage = await stillpoint(["lisst", "--json"]);
  expect(usage.status).toBe(ERRORS.USAGE.exit);
  expect(FailureOutput.parse(JSON.parse(usage.stdout)).error).toMatchObject({
    code: "USAGE",
    ...ERRORS.USAGE,
  });
  const config = await stillpoint(["list", "--json", "-c", "/nowhere/stillpoint.yml"]);
  expect(config.status).toBe(ERRORS.CONFIG_INVALID.exit);
  expect(config.stderr).toBe("");
  expect(FailureOutput.parse(JSON.parse(config.stdout)).error.next).toContain(
    "stillpoint -c /nowhere/stillpoint.yml config check",
  );
});

test("an unknown deployment is named with those that there are", async () => {
  await using world = await configured();
  const { status, stderr } = await stillpoint(["-c", world.config, "list", "paymnets"]);
  expect(status).toBe(ERRORS.DEPLOYMENT_UNKNOWN.exit);
  expect(stderr).toContain('"payments"');
});

test("a deployment may be left out only where there is one", async () => {
  await using world = await configured({ payments: NOWHERE, orders: OTHER });
  const { status, stderr } = await stillpoint(["-c", world.config, "backup"]);
  expect(status).toBe(ERRORS.DEPLOYMENT_UNKNOWN.exit);
  expect(stderr).toContain('has "payments", "orders", and none was named');
  const told = await stillpoint(["-c", world.config, "status"]);
  expect(told.stdout).toContain("take one with: stillpoint backup orders\n");
  const listed = await stillpoint(["-c", world.config, "list"]);
  expect(listed.stdout).toContain("take one with: stillpoint backup DEPLOYMENT\n");
});

const OTHER = {
  ...NOWHERE,
  components: { ledger: { kind: "ledger", instances: ["127.0.0.1:2"] } },
  databases: { main: { ...NOWHERE.databases.main, region: "us-east-2" } },
};

test("the configuration may also be named by the environment", async () => {
  await using world = await configured();
  const { status, stdout } = await stillpoint(["config", "check"], {
    env: { STILLPOINT_CONFIG: world.config },
  });
  expect(stdout).toContain("is good: 1 deployment (payments)");
  expect(status).toBe(0);
});

test("config check prints every problem on a line of its own with its place", async () => {
  await using world = await configured();
  const file = join(world.folder, "bad.yml");
  await writeFile(
    file,
    [
      "catalog: { kind: file, path: ./catalog }",
      "deployments:",
      "  payments:",
      "    components: { ledger: { instances: [] } }",
      "    databases: { main: { kind: dynamodb, regionn: x } }",
    ].join("\n"),
  );
  const { status, stdout, stderr } = await stillpoint(["-c", file, "config", "check"]);
  const lines = stdout.trim().split("\n");
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toMatch(/bad\.yml:\d+:\d+ deployments\.payments\./);
  expect(stderr).toContain("error CONFIG_INVALID:");
  expect(status).toBe(ERRORS.CONFIG_INVALID.exit);
});

test("an instance that is not there stops a backup before anything is paused", async () => {
  await using world = await configured();
  const { status, stderr } = await stillpoint(["-c", world.config, "backup"]);
  expect(stderr).toContain("error INSTANCE_UNREACHABLE");
  expect(stderr).toContain("nothing was paused");
  expect(status).toBe(ERRORS.INSTANCE_UNREACHABLE.exit);
});
