import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Columns } from "./table.ts";

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const blob = (value: Uint8Array): AttributeValue => ({ B: value });
export const boolean = (value: boolean): AttributeValue => ({ BOOL: value });
/** A FLOAT as Java prints it: no more digits than it takes to tell it from its neighbours. */
export const float = (value: number): AttributeValue => ({ N: shortestFloat(value) });

export function textOf(columns: Columns, name: string): string {
  const value = columns[name]?.S;
  if (value === undefined) throw new Error(`column "${name}" is not a text, or is missing`);
  return value;
}

export function numberOf(columns: Columns, name: string): number {
  const value = columns[name]?.N;
  if (value === undefined) throw new Error(`column "${name}" is not a number, or is missing`);
  return Number(value);
}

export function blobOf(columns: Columns, name: string): Uint8Array {
  const value = columns[name]?.B;
  if (value === undefined) throw new Error(`column "${name}" is not a blob, or is missing`);
  return value;
}

const FLOAT_DIGITS = 9;

function shortestFloat(value: number): string {
  const float = Math.fround(value);
  for (let digits = 1; digits < FLOAT_DIGITS; digits++) {
    const printed = Number(float.toPrecision(digits));
    if (Math.fround(printed) === float) return String(printed);
  }
  return String(Number(float.toPrecision(FLOAT_DIGITS)));
}
