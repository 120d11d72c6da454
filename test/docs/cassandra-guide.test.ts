import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ConfigFile } from "../../shared/config/file-schema.ts";
import { serverProblems } from "../../shared/config/server-rules.ts";
import { ERRORS } from "../../shared/errors/table.ts";
import { blocks, matches, textOf } from "./guide.ts";

const text = await textOf("cassandra.md");
const [configuration = ""] = blocks(text, "yaml");

function databasesOf(yaml: string) {
  const { deployments } = ConfigFile.parse(parse(yaml));
  return Object.values(deployments).flatMap((one) => Object.values(one.databases ?? {}));
}

describe("the configuration of the guide for Cassandra", () => {
  test("is a whole one", () => {
    const databases = databasesOf(configuration);
    expect(databases).toMatchObject([{ kind: "cassandra", cassy: { cassandraHost: "10.0.0.1" } }]);
    expect(databases.flatMap(serverProblems)).toEqual([]);
  });

  test("has its defaults in what is commented out", () => {
    const uncommented = configuration.replaceAll(
      /^( +)# ((?:port|mode|uploadLimit): .+?)(?: # .*)?$/gm,
      "$1$2",
    );
    expect(matches(uncommented, /^ +(port|mode|uploadLimit):/gm)).toHaveLength(4);
    expect(databasesOf(uncommented)).toEqual(databasesOf(configuration));
  });

  test("has no setting in what is commented out that there is not", () => {
    const uncommented = configuration.replaceAll(/^( +)# ((?:dataCenter|tls): .+?)(?: # .*)?$/gm, "$1$2");
    expect(databasesOf(uncommented)).toMatchObject([{ dataCenter: "dc1", tls: "off" }]);
  });
});

test("the script that the guide runs is the one of the guide for commands", async () => {
  const [script = ""] = matches(text, /--run \/opt\/backup\/(\S+)/g);
  const scripts = blocks(await textOf("commands.md"), "sh");
  expect(scripts.filter((each) => each.includes(`# ${script}:`) && each.includes("nodetool"))).toHaveLength(
    1,
  );
});

test("the ports that the guide opens are the defaults of the configuration", () => {
  const [{ port, cassy } = { port: 0, cassy: undefined }] = databasesOf(configuration).flatMap((one) =>
    one.kind === "cassandra" ? [one] : [],
  );
  expect(matches(text, /to CQL of the nodes \((\d+)\)/g)).toEqual([String(port)]);
  expect(matches(text, /to Cassy \((\d+)\)/g)).toEqual([String(cassy?.port)]);
});

test("every code that the guide explains is in its table once, and one that a Cassandra can have", () => {
  const [, table = ""] = text.split("## When it says no");
  const rows = matches(table, /^\| ((?:`[A-Z_]+`(?:, )?)+)/gm);
  const codes = rows.flatMap((row) => matches(row, /`([A-Z_]+)`/g));
  expect(codes).toEqual([...new Set(codes)]);
  expect(codes).toEqual(expect.arrayContaining(["NODES_RUNNING", "SNAPSHOT_FAILED", "PAUSE_UNSETTLED"]));
  expect(codes.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([]);
});
