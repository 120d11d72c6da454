/** What the Container Apps job is called, in the resource group of the functions. */
export function jobName({ name }: { readonly name: string }): string {
  return `${name}-dumps`;
}
