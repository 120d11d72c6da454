import type { Wire } from "./wire.ts";

/** An item in DynamoDB-JSON: `{ "id": { "S": "acct-0" } }`. A key is an item of its key attributes only. */
export type Item = { readonly [attribute: string]: Wire };

export function keyOf(keyNames: readonly string[], item: Item): Item {
  return Object.fromEntries(
    keyNames.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])),
  );
}

/**
 * The one text for a key, whichever way a client wrote it: "1.0" and "1" are the same number. What is missing or
 * of the wrong type gets a text too; the backend refuses such a request in its own words.
 */
export function keyText(keyNames: readonly string[], item: Item): string {
  return JSON.stringify(keyNames.map((name) => canonicalValue(item[name])));
}

function canonicalValue(value: Wire | undefined): string {
  const [type, content] = Object.entries(value ?? {})[0] ?? ["", ""];
  if (type === "N") return `N:${canonicalNumber(String(content))}`;
  if (type === "B") return `B:${Buffer.from(String(content), "base64").toString("base64")}`;
  return `${type}:${String(content)}`;
}

const NUMBER = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** Sign, digits without zeros at either end, exponent. */
function canonicalNumber(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = NUMBER.exec(text.trim()) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const shift = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign === "-" ? "-" : ""}${significant}e${shift}`;
}
