import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

export interface Edit {
  /** Below `shared/`. */
  readonly file: string;
  /** Stands once in the file. */
  readonly text: string;
  readonly instead: string;
}

export function sourceFile({ file }: Edit): string {
  return fileURLToPath(new URL(`../shared/${file}`, import.meta.url));
}

/** Our own code is loaded with these edits from now on, planted into its text as it is read. */
export function plantEdits(all: readonly Edit[]): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.startsWith("file:")) return loaded;
      const file = fileURLToPath(url);
      const edits = all.filter((edit) => sourceFile(edit) === file);
      if (edits.length === 0) return loaded;
      const source = edits.reduce(
        (text, edit) => text.replace(edit.text, edit.instead),
        String(loaded.source),
      );
      return { ...loaded, source };
    },
  });
}
