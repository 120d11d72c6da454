import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ConfigFile } from "../../shared/config/file-schema.ts";
import { serverProblems } from "../../shared/config/server-rules.ts";
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

test("the command of the guide fails where one node does", () => {
  const [script = ""] = blocks(text, "sh");
  expect(matches(script, /(nodetool .*)/g)).toEqual([
    'nodetool -h "$node" snapshot -t "$STILLPOINT_PAUSE" || exit 1',
  ]);
  expect(matches(text, /(STILLPOINT_[A-Z]+)/g)).toEqual(["STILLPOINT_PAUSE"]);
});
