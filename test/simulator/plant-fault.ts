import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { FAULTS, sourceFile } from "./faults.ts";

/** Loaded before the simulator: our own code with one fault in it, planted into the text as it is read. */
const planted = FAULTS.find(({ name }) => name === process.env["STILLPOINT_FAULT"]);
if (planted === undefined) throw new Error(`there is no fault "${process.env["STILLPOINT_FAULT"]}"`);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith("file:")) return loaded;
    const file = fileURLToPath(url);
    const edits = planted.edits.filter((edit) => sourceFile(edit) === file);
    if (edits.length === 0) return loaded;
    const source = edits.reduce((text, edit) => text.replace(edit.text, edit.instead), String(loaded.source));
    return { ...loaded, source };
  },
});
