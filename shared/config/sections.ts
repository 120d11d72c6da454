import { ComponentSection, TlsSection } from "./component-schema.ts";
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
  const components = sectionsAt(tree, ["deployments"]).flatMap(({ path }) =>
    sectionsAt(tree, [...path, "components"]),
  );
  return components.flatMap(({ name, path }) => {
    const parsed = TlsSection.safeParse(valueAt(tree, [...path, "tls"]));
    return parsed.success ? [{ name, path: [...path, "tls"], section: parsed.data }] : [];
  });
}
