import type { ComponentKind } from "../instance-address.ts";

export interface Product {
  /** Value of the label `app.kubernetes.io/app`. */
  readonly app: string;
  /** Name of the headless service's port that leads to the admin interface. */
  readonly portName: string;
}

const PRODUCTS: Readonly<Partial<Record<ComponentKind, Product>>> = {
  ledger: { app: "ledger", portName: "scalardl-admin" },
  auditor: { app: "auditor", portName: "scalardl-auditor-admin" },
  "scalardb-cluster": { app: "scalardb-cluster", portName: "scalardb-cluster" },
};

/** How a kind of component is labelled by Scalar's Helm charts; the old ScalarDB Server is not told apart by them. */
export function productOfKind(kind: ComponentKind): Product | undefined {
  return PRODUCTS[kind];
}
