/** A container with its database and account: what a copy is told from its original by. */
export interface PhysicalName {
  readonly account: string;
  readonly database: string;
  readonly container: string;
}

export function physicalName({ account, database, container }: PhysicalName): string {
  return `${account}/${database}/${container}`;
}

export function parsePhysicalName(text: string): PhysicalName {
  const [account = "", database = "", ...container] = text.split("/");
  return { account, database, container: container.join("/") };
}
