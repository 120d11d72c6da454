import type { TableEntity } from "@azure/data-tables";
import type { Item } from "../parted/item-table.ts";
import { entityKey } from "./entity-key.ts";

/** A property holds 64 KiB. */
const PROPERTY_BYTES = 65_536;
const PIECE = /^(.+)_(\d+)$/;

/** Longer bytes lie in properties `name_0`, `name_1`, ... Numbers are text: a bare one is taken for 32 bits. */
export function entityOf(item: Item): TableEntity {
  const properties: Record<string, string | Uint8Array> = {};
  for (const [name, value] of Object.entries(item)) {
    if (!(value instanceof Uint8Array)) properties[name] = String(value);
    else
      for (let at = 0; at < value.length; at += PROPERTY_BYTES)
        properties[`${name}_${at / PROPERTY_BYTES}`] = value.subarray(at, at + PROPERTY_BYTES);
  }
  return { ...properties, ...entityKey(item) };
}

export function itemOf(entity: Readonly<Record<string, unknown>>): Item {
  const texts = Object.entries(entity).filter(([, value]) => typeof value === "string");
  const pieces = new Map<string, Uint8Array[]>();
  for (const [property, value] of Object.entries(entity)) {
    const [, name, index] = PIECE.exec(property) ?? [];
    if (name === undefined || !(value instanceof Uint8Array)) continue;
    const found = pieces.get(name) ?? [];
    found[Number(index)] = value;
    pieces.set(name, found);
  }
  const whole = [...pieces].map(([name, found]) => [name, Buffer.concat(found)] as const);
  return Object.fromEntries([...texts, ...whole]) as Item;
}
