import type * as z from "zod";
import { ComponentSection, TlsSection } from "./component-schema.ts";
import { KubernetesSection } from "./kubernetes-schema.ts";
import { type SettingPath, valueAt } from "./problem.ts";

/** A named section of the file, whatever state the rest of it is in. */
export interface Found<T> {
  readonly name: string;
  readonly path: SettingPath;
  readonly section: T;
}

/** The named sections at a place, whatever is in them. */
export function sectionsAt(tree: unknown, path: SettingPath): readonly Found<unknown>[] {
  const sections = valueAt(tree, path);
  if (typeof sections !== "object" || sections === null || Array.isArray(sections)) return [];
  return Object.entries(sections).map(([name, section]) => ({ name, path: [...path, name], section }));
}

/** The components of a deployment whose shape is right. */
export function componentsOf(tree: unknown, deployment: SettingPath): readonly Found<ComponentSection>[] {
  return sectionsAt(tree, [...deployment, "components"]).flatMap(({ section, ...found }) => {
    const parsed = ComponentSection.safeParse(section);
    return parsed.success ? [{ ...found, section: parsed.data }] : [];
  });
}

/** The TLS sections whose own shape is right, whatever the component around them looks like. */
export function tlsSectionsOf(tree: unknown): readonly Found<TlsSection>[] {
  return partsOfComponents(tree, ["tls"], TlsSection);
}

export function kubernetesSectionsOf(tree: unknown): readonly Found<KubernetesSection>[] {
  return partsOfComponents(tree, ["instances", "kubernetes"], KubernetesSection);
}

function partsOfComponents<T>(tree: unknown, below: SettingPath, shape: z.ZodType<T>): readonly Found<T>[] {
  const components = sectionsAt(tree, ["deployments"]).flatMap(({ path }) =>
    sectionsAt(tree, [...path, "components"]),
  );
  return components.flatMap(({ name, path: component }) => {
    const path = [...component, ...below];
    const parsed = shape.safeParse(valueAt(tree, path));
    return parsed.success ? [{ name, path, section: parsed.data }] : [];
  });
}
