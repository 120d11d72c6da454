import * as z from "zod";
import { quoted } from "../../errors/quoted.ts";
import type { Pod } from "./pod.ts";

/** What is read of a service. */
export const Service = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    ports: z
      .array(z.object({ name: z.string().default(""), targetPort: z.union([z.number().int(), z.string()]) }))
      .default([]),
  }),
});
export type Service = z.output<typeof Service>;

/** A port of the pods, by number or by the name that a container gives it. */
export type PortTarget = { readonly kind: "target"; readonly port: number | string } | Unclear;
export interface Unclear {
  readonly kind: "unclear";
  readonly message: string;
}

/** Where the admin interface is, as the headless service of a release says: its port of that name. */
export function adminPort(services: readonly Service[], portName: string): PortTarget {
  const headless = services.filter(({ metadata }) => metadata.name.endsWith("-headless"));
  const [service, ...others] = headless;
  if (service === undefined) return unclear('there is no service whose name ends in "-headless"');
  if (others.length > 0)
    return unclear(
      `${headless.map(({ metadata }) => `"${metadata.name}"`).join(", ")} are several services whose name ends in "-headless"`,
    );
  const port = service.spec.ports.find(({ name }) => name === portName);
  if (port !== undefined) return { kind: "target", port: port.targetPort };
  const names = quoted(service.spec.ports.map(({ name }) => name)) || "none";
  return unclear(`service "${service.metadata.name}" has no port named "${portName}", only: ${names}`);
}

/** The number of that port at one pod; a name means the container port of that name. */
export function portAt(target: number | string, { spec }: Pod): number | undefined {
  if (typeof target === "number") return target;
  const ports = spec.containers.flatMap((container) => container.ports);
  return ports.find(({ name }) => name === target)?.containerPort;
}

function unclear(message: string): Unclear {
  return { kind: "unclear", message };
}
