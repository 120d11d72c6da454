import { runRestore } from "../../shared/deployment/run-restore.ts";
import { openWorld } from "./ruined-world.ts";

/** Runs or resumes a restore, until it ends or until somebody kills this process. */
const [config = "", run = "", confirm = ""] = process.argv.slice(2);
const open = openWorld(config);
await runRestore(open, run, { report: () => undefined, confirm });
open.close();
