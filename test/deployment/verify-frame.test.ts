import { expect, test } from "vitest";
import { namespacesOfAll } from "../../shared/deployment/verify-frame.ts";
import { DEFAULT_NAMESPACES } from "../../shared/verify/table-role.ts";

const APP = { coordinatorNamespace: "coordinator", ledgerNamespace: "scalar" };

test("a namespace that is named for one of several databases is the deployment's, in whatever order they come", () => {
  const ledger = { coordinatorNamespace: "mine", ledgerNamespace: "books" };
  for (const databases of [
    [APP, ledger],
    [ledger, APP],
    [{ coordinatorNamespace: "mine" }, ledger],
  ])
    expect(namespacesOfAll(databases)).toEqual({ ledger: "books", coordinator: "mine" });
  expect(namespacesOfAll([APP])).toEqual(DEFAULT_NAMESPACES);
  expect(namespacesOfAll([])).toEqual(DEFAULT_NAMESPACES);
});
