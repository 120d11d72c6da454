import type { ComponentKind } from "../admin/instance-address.ts";
import { COMPONENT_KINDS, type ComponentSection } from "./component-schema.ts";

export type Product = "scalardl" | "scalardb";

/** A component that is called `ledger` need not say that it is one. */
export function kindOf(name: string, { kind }: ComponentSection): ComponentKind | undefined {
  return kind ?? COMPONENT_KINDS.find((one) => one === name);
}

/** ScalarDL's documentation pauses the Ledger only: the Auditor follows it by its own recovery. */
export function pausedOf(name: string, section: ComponentSection): boolean {
  return section.paused ?? kindOf(name, section) !== "auditor";
}

export function productOf(name: string, section: ComponentSection): Product {
  const kind = kindOf(name, section);
  return kind === "ledger" || kind === "auditor" ? "scalardl" : "scalardb";
}
