import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { DatabaseSection } from "../../shared/config/database-schema.ts";
import { ConfigFile } from "../../shared/config/file-schema.ts";
import { serverProblems } from "../../shared/config/server-rules.ts";
import { missingOn } from "../../shared/databases/jdbc/mysql/grants.ts";
import { targetsOf } from "../../shared/databases/jdbc/mysql/names.ts";
import { namesOfRun } from "../../shared/databases/jdbc/postgresql/names.ts";
import { neededInGroup } from "../../shared/databases/managed/flexible/permissions.ts";
import { namesOf } from "../../shared/restore/managed/plan.ts";
import { blocks, matches, textOf } from "./guide.ts";

const text = await textOf("jdbc.md");
const RUN = "restore-20261121T180000Z-1a2b3c4d";

describe("the configurations of the guide for relational databases", () => {
  const [whole, part] = blocks(text, "yaml").map((block) => parse(block) as object);

  test("are a whole one for dumps", () => {
    const { deployments } = ConfigFile.parse(whole);
    const databases = Object.values(deployments).flatMap((one) => Object.values(one.databases ?? {}));
    expect(databases).toMatchObject([{ kind: "jdbc", engine: "postgresql", format: "custom" }]);
    expect(databases.flatMap(serverProblems)).toEqual([]);
  });

  test("are a part of one for a managed server", () => {
    const { databases } = z.strictObject({ databases: z.record(z.string(), DatabaseSection) }).parse(part);
    expect(Object.values(databases)).toMatchObject([{ kind: "managed", service: "rds" }]);
    expect(Object.values(databases).flatMap(serverProblems)).toEqual([]);
  });

  test("have every setting that is commented out under a name that there is", () => {
    const [first = ""] = blocks(text, "yaml");
    const uncommented = first.replaceAll(/^( +)# (\w+: .+?)(?: # .*)?$/gm, "$1$2");
    expect(matches(uncommented, /^ +(tls|schemas|format|tools|replicaWait):/gm)).toHaveLength(5);
    ConfigFile.parse(parse(uncommented));
  });
});

test("names of the guide are made as it says", () => {
  const names = [
    ...Object.values(namesOfRun({ database: "ledger" }, RUN)),
    targetsOf({ schemas: ["scalar"] }, RUN).targets,
  ].flatMap((made) => Object.values(made));
  for (const name of names) expect(text).toContain(`\`${name}\``);
  expect(namesOf("NAME", RUN)).toEqual({ target: "NAME-sp-1a2b3c4d", kept: "NAME-before-1a2b3c4d" });
  for (const end of ["NAME-sp-", "NAME-before-"]) expect(text).toContain(`\`${end}\``);
});

test("rights on MySQL are enough for what a restore makes", () => {
  const [, sql = ""] = blocks(text, "sql");
  const privileges = matches(sql, /GRANT ([A-Z, ]+) ON `scalar%`/g).flatMap((list) => list.split(", "));
  const grants = [{ privileges, schema: "scalar%", to: "stillpoint" }];
  const { targets, kept } = targetsOf({ schemas: ["scalar", "scalardb"] }, RUN);
  const needed = ["SELECT", "SHOW VIEW", "TRIGGER", "INSERT", "CREATE", "DROP", "ALTER"];
  for (const schema of ["scalar", ...Object.values(targets), ...Object.values(kept)])
    expect(missingOn(schema, needed, grants)).toEqual([]);
});

test("permissions on Azure are those that a restore asks about", () => {
  const [row = ""] = matches(text, /^(\| Azure \| read of the server.*)$/gm);
  for (const action of neededInGroup("azure-postgresql")) {
    const [, what = "", verb = ""] = /flexibleServers\/(?:(\w+)\/)?(\w+)(?:\/action)?$/.exec(action) ?? [];
    expect(row, action).toContain(what === "restart" ? "restart/action" : what || verb);
  }
});
