import { describe, expect, test } from "vitest";
import { grantOf, isGranted, missingOn } from "../../../../shared/databases/jdbc/mysql/grants.ts";
import { targetsOf } from "../../../../shared/databases/jdbc/mysql/names.ts";
import { isOlder } from "../../../../shared/databases/jdbc/mysql/product.ts";
import { toolOf } from "../../../../shared/databases/jdbc/mysql/tools.ts";

describe("grants", () => {
  const granted = (...lines: readonly string[]) => lines.map(grantOf).filter((grant) => grant !== undefined);

  test("a privilege on everything is one on every schema", () => {
    const grants = granted("GRANT SELECT, PROCESS ON *.* TO `a`@`%` IDENTIFIED BY PASSWORD '*AB'");
    expect(missingOn("x", ["SELECT", "TRIGGER"], grants)).toEqual(["TRIGGER"]);
    expect(isGranted("PROCESS", grants)).toBe(true);
  });

  test("ALL PRIVILEGES are all of them, on their schemas only", () => {
    const grants = granted("GRANT ALL PRIVILEGES ON `scalar`.* TO `a`@`%` WITH GRANT OPTION");
    expect(missingOn("scalar", ["SELECT", "DROP"], grants)).toEqual([]);
    expect(missingOn("scalars", ["SELECT"], grants)).toEqual(["SELECT"]);
    expect(isGranted("PROCESS", grants)).toBe(false);
  });

  test("patterns and escapes in a schema's name are understood as the server does", () => {
    const grants = granted(
      "GRANT SELECT ON `scalar\\_x`.* TO `a`@`%`",
      "GRANT SELECT ON `prod%`.* TO `a`@`%`",
      "GRANT SELECT ON `a``b-é`.* TO `a`@`%`",
    );
    for (const schema of ["scalar_x", "prod", "prod_1", "a`b-é"])
      expect(missingOn(schema, ["SELECT"], grants)).toEqual([]);
    for (const schema of ["scalarxx", "pro", "a`b"])
      expect(missingOn(schema, ["SELECT"], grants)).toEqual(["SELECT"]);
  });

  test("of grants on schemas only the one counts whose pattern says most, as the server does", () => {
    const grants = granted(
      "GRANT SELECT, TRIGGER ON `app`.* TO `a`@`%`",
      "GRANT SELECT, CREATE ON `app%`.* TO `a`@`%`",
      "GRANT ALTER ON `app\\_b%`.* TO `a`@`%`",
      "GRANT SELECT, DROP ON `ap%`.* TO `a`@`%`",
      "GRANT PROCESS ON *.* TO `a`@`%`",
      "GRANT INSERT ON `app%`.* TO `role`",
    );
    const needed = ["SELECT", "INSERT", "CREATE", "DROP", "ALTER"];
    expect(missingOn("app", needed, grants)).toEqual(["CREATE", "DROP", "ALTER"]);
    expect(missingOn("app_1", needed, grants)).toEqual(["DROP", "ALTER"]);
    expect(missingOn("app_before_1", needed, grants)).toEqual(["SELECT", "CREATE", "DROP"]);
    expect(missingOn("apart", needed, grants)).toEqual(["INSERT", "CREATE", "ALTER"]);
  });

  test("a privilege on one table or on columns is none on the schema, and a role is no privilege", () => {
    const grants = granted(
      "GRANT SELECT ON `scalar`.`asset` TO `a`@`%`",
      "GRANT SELECT (`a`, `b`), INSERT ON `scalar`.* TO `a`@`%`",
      "GRANT `reader` TO `a`@`%`",
    );
    expect(grants).toHaveLength(2);
    expect(missingOn("scalar", ["SELECT", "INSERT"], grants)).toEqual(["SELECT"]);
  });
});

describe("tools", () => {
  test.each([
    ["mysqldump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)", "MariaDB", "10.11.6"],
    ["mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)", "MariaDB", "11.4.2"],
    [
      "mysql  Ver 15.1 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64) using  EditLine wrapper",
      "MariaDB",
      "10.11.6",
    ],
    ["mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)", "MySQL", "8.0.36"],
    ["mysqldump  Ver 10.13 Distrib 5.7.44, for linux-glibc2.12 (x86_64)", "MySQL", "5.7.44"],
  ])("%s is of %s, version %s", (calls, product, version) => {
    expect(toolOf("x", calls)).toMatchObject({ product, version });
  });

  test("something that names no version is no tool", () => {
    expect(toolOf("x", "usage: mysqldump")).toBeUndefined();
  });

  test.each([
    ["10.6.1", "10.11.19-MariaDB", true],
    ["10.11.1", "10.11.19-MariaDB", false],
    ["11.4.2", "10.11.19-MariaDB", false],
    ["8.0.36", "8.4.0", true],
  ])("%s is older than %s: %s", (version, than, older) => {
    expect(isOlder(version, than)).toBe(older);
  });
});

describe("targetsOf", () => {
  test("ends with what the run's id ends with, so that people can tell whose a schema is", () => {
    const { targets, kept } = targetsOf({ schemas: ["app"] }, "restore-20261121T180000Z-1a2b3c4d");
    expect({ targets, kept }).toEqual({
      targets: { app: "app_1a2b3c4d" },
      kept: { app: "app_before_1a2b3c4d" },
    });
  });

  test("gives each schema a name of the run, and another to be kept under", () => {
    const { targets, kept } = targetsOf({ schemas: ["scalar", "scalardb"] }, "restore-1");
    const id = /^scalar_([0-9a-f]{8})$/.exec(targets["scalar"] ?? "")?.[1];
    expect(targets).toEqual({ scalar: `scalar_${id}`, scalardb: `scalardb_${id}` });
    expect(kept).toEqual({ scalar: `scalar_before_${id}`, scalardb: `scalardb_before_${id}` });
    expect(targetsOf({ schemas: ["scalar"] }, "restore-2").targets).not.toEqual({ scalar: `scalar_${id}` });
  });

  test("keeps long names apart, in 64 characters of whatever size", () => {
    const long = ["é\u{1F600}".repeat(31), `${"é\u{1F600}".repeat(31)}x`];
    const { targets, kept } = targetsOf({ schemas: long }, "restore-1");
    const names = [...Object.values(targets), ...Object.values(kept)];
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect([...name].length).toBe(64);
  });
});
