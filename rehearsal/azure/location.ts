/** "West US 2" and "westus2" are the same region. */
export function sameLocation(a: string, b: string): boolean {
  return locationKey(a) === locationKey(b);
}

export function locationKey(location: string): string {
  return location.toLowerCase().replaceAll(" ", "");
}
