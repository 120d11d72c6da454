import type { Client } from "@azure-rest/core-client";
import { azureCredential } from "../credential.ts";
import type { ArmConnection } from "./connection.ts";
import { armOptions, PUBLIC_ARM } from "./options.ts";

/** Of any provider, by path. */
export async function openResources(
  { armEndpoint = PUBLIC_ARM }: ArmConnection["address"],
  repeats: "patient" | "once" = "patient",
): Promise<Client> {
  const [{ getClient }, credential] = await Promise.all([
    import("@azure-rest/core-client"),
    azureCredential(),
  ]);
  return getClient(armEndpoint, credential, armOptions(repeats));
}

/** Made when it is first asked for; one that could not be made is tried again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
}
