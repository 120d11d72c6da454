/** What every terminal has room for. */
export const WIDTH = 100;

/** Words wrapped at the width, every line after the first indented. A word that is longer stays whole, to be copied. */
export function wrapped(text: string, indent: string, width = WIDTH): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = width - indent.length;
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}${each}`);
}

/** `name      value`, with the value wrapped under itself. */
export function fact(name: string, value: string, nameWidth = 10, indent = "  "): readonly string[] {
  const head = `${indent}${name.padEnd(nameWidth)} `;
  const [first = "", ...others] = wrapped(value, " ".repeat(head.length));
  return [`${head}${first.trimStart()}`, ...others];
}

/** Columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** `1 table`, `2 tables`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? noun : plural}`;
}

export function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
