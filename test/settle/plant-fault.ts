import { plantEdits } from "../planted-edits.ts";
import { FAULTS } from "./faults.ts";

/** Loaded before the attack: our own code with one fault in it. */
const planted = FAULTS.find(({ name }) => name === process.env["STILLPOINT_FAULT"]);
if (planted === undefined) throw new Error(`there is no fault "${process.env["STILLPOINT_FAULT"]}"`);

plantEdits(planted.edits);
