import { readFile } from "node:fs/promises";

export const DOCS = new URL("../../docs/", import.meta.url);
export const GUIDES = [
  "any-second.md",
  "aws.md",
  "azure.md",
  "cassandra.md",
  "commands.md",
  "jdbc.md",
  "kubernetes.md",
] as const;

export const textOf = (guide: string) => readFile(new URL(guide, DOCS), "utf8");

export const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, found = ""]) => found);

/** Code blocks of a language, without the indentation that they have in a list. */
export function blocks(text: string, language: string): readonly string[] {
  const fenced = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)\\n\\1\`\`\``, "gm");
  return [...text.matchAll(fenced)].map(([, indentation = "", block = ""]) =>
    block.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
  );
}

/** Of a guide, what is typed: the blocks of commands, line by line, and what stands in a sentence as code. */
export function typed(text: string): readonly string[] {
  const lines = blocks(text, "console").flatMap((block) => block.replaceAll(/\\\n\s*/g, " ").split("\n"));
  const inSentences = matches(text.replaceAll(/^ *```[\s\S]*?^ *```/gm, ""), /`([^`]+)`/g);
  return [...lines, ...inSentences.map((span) => span.replaceAll(/\s+/g, " "))];
}

/** A file that is typed into the shell as it stands. */
export function typedFiles(text: string): ReadonlyMap<string, unknown> {
  const found = text.matchAll(/cat > (\w+\.json) <<'END'\n([\s\S]*?)\n *END$/gm);
  return new Map([...found].map(([, name = "", content = ""]) => [name, JSON.parse(content) as unknown]));
}
