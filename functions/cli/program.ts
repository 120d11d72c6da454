import { Command, Option } from "commander";
import about from "../../package.json" with { type: "json" };
import type { Outcome } from "./outcome.ts";
import { type Shell, type ShellOptions, shellOf, type Task } from "./shell.ts";
import { WIDTH } from "./show/text.ts";

/** Runs one command in its shell; each is loaded only when it is called. */
export type Run = (shell: Shell, command: (shell: Shell) => Promise<Outcome>) => Promise<void>;

// Commander does not type what it gives to an action: arguments, options, and the command itself at the end.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Given = readonly any[];

/** What a command does, as an action of commander's. */
type Does = (
  load: () => Promise<(shell: Shell, ...given: Given) => Promise<Outcome>>,
) => (...given: Given) => Promise<void>;

/** The whole command line: every command with its words, and nothing that takes time to load. */
export function program(run: Run, task?: Task): Command {
  const root: Command = new Command("stillpoint")
    .description(about.description)
    .version(about.version, "-V, --version", "print the version")
    .option("-c, --config <file>", "the configuration (default: $STILLPOINT_CONFIG, or stillpoint.yml)")
    .option("--json", "print the result as one JSON value, and nothing else, on standard output")
    .configureHelp({
      showGlobalOptions: true,
      // Those of `restore` are not for `restore resume`, which refuses them.
      visibleGlobalOptions: ({ parent }) => (parent === null ? [] : [...root.options]),
    })
    .configureOutput({ outputError: () => {}, getOutHelpWidth: () => WIDTH, getErrHelpWidth: () => WIDTH })
    .exitOverride();
  const does: Does =
    (load) =>
    (...given) => {
      const command: Command = given.at(-1);
      const shell = shellOf(command.optsWithGlobals<ShellOptions>(), task);
      return run(shell, async (same) => (await load())(same, ...given));
    };
  const add = (words: string, description: string) => root.command(words).description(description);

  add("backup", "pause, hold, prove, unpause: take one restore point")
    .argument("[deployment]")
    .option("--require-sweep", "pause nothing unless a sweep on another host is alive")
    .option(
      "--run <command>",
      "run it by the shell inside the pause; the point is valid only where it succeeds",
    )
    .option("--as <name>", "call the backup so; what was asked for by that name is taken once")
    .action(does(async () => (await import("./commands/backup.ts")).backup));
  add("list", "list the restore points, oldest first")
    .argument("[deployment]")
    .option("--all", "pauses too that gave no restore point, with the reasons")
    .option("--runs", "restores too, with their plans' ids")
    .action(does(async () => (await import("./commands/list.ts")).list));
  add("show", "show one restore point, pause or run, with its plan")
    .argument("<id>")
    .action(does(async () => (await import("./commands/show.ts")).show));
  pointOptions(add("plan", "plan a restore; changes nothing, unless it has to search first"))
    .argument("[deployment]")
    .action(does(async () => (await import("./commands/plan.ts")).plan));
  addRestore(add("restore", "carry out a plan, or plan and carry out"), does);
  add("dropped", "list what a settled restore has dropped, and why")
    .argument("<run>")
    .action(does(async () => (await import("./commands/dropped.ts")).dropped));
  add("approve", "agree to a restore that waits for it")
    .argument("<run>")
    .option("--digest <digest>", "of the plan that is approved, or its first twelve characters or more")
    .action(does(async () => (await import("./commands/approve.ts")).approve));
  add("unpause", "open every gate of a deployment, whoever closed it")
    .argument("[deployment]")
    .action(does(async () => (await import("./commands/unpause.ts")).unpause));
  add("sweep", "unpause what is overdue, in all deployments")
    .option("--watch", "again and again, until interrupted")
    .addOption(
      new Option(
        "--guard <run>",
        "beside one backup, until it has ended; a backup starts this itself",
      ).conflicts("watch"),
    )
    .action(
      does(async () => async (shell, options) => {
        if (options.guard !== undefined)
          return (await import("./commands/guard.ts")).guard(shell, options.guard);
        if (options.watch) return (await import("./commands/watch.ts")).watch(shell);
        return (await import("./commands/sweep.ts")).sweep(shell);
      }),
    );
  add("verify", "check the transactions and ledgers in the tables; changes nothing")
    .argument("[deployment]")
    .option("--live", "the live tables, to tell old damage from a bad restore")
    .action(does(async () => (await import("./commands/verify.ts")).verify));
  add("follow", "carry restore points on that their database has not taken in yet")
    .argument("[deployment]")
    .option("--watch", "again and again, until none is pending or it is interrupted")
    .action(does(async () => (await import("./commands/follow.ts")).follow));
  add("expire", "delete the backups of restores that are old enough and not the only copy")
    .argument("[deployment]")
    .option("--dry-run", "say what would be deleted and why; delete nothing")
    .action(does(async () => (await import("./commands/expire.ts")).expire));
  add("status", "age of the last point, what is paused, what is running, what a disaster would cost")
    .argument("[deployment]")
    .option("--read-coordinator", "read a coordinator however large, for quiet seconds; costs capacity")
    .action(does(async () => (await import("./commands/status.ts")).status));
  addCatalog(add("catalog", "create, export, import or rebuild the catalog"), does);
  addConfig(add("config", "check the configuration, or print its JSON Schema"), does);
  addRehearse(add("rehearse", "see the whole story in a small local world"), does);
  return root;
}

function pointOptions(command: Command): Command {
  return command
    .option("--point <id>", "the restore point")
    .option("--at <time>", "the last valid point at or before a time, such as 2026-11-21T18:00Z")
    .option("--settle", "with --at: that very second, or latest, though nobody paused; for ledgers")
    .option("--nearest <time>", "search for a second without commits, at or before a time or latest")
    .option("--after", "with --nearest: after the time instead")
    .option("--side-by-side", "copies to look at; leave the originals alone")
    .option("--detach-replicas", "in place: leave the other replicas of global tables behind as they are")
    .option("--accept-observed", "take a point, too, whose pause was Cassy's own and only watched");
}

function addRestore(restore: Command, does: Does): void {
  pointOptions(restore)
    .argument("[deployment]")
    .option("--plan <run>", "a restore that was planned before")
    .option("--confirm <name>", "the deployment's name: in place, what it works on is replaced")
    .action(does(async () => (await import("./commands/restore.ts")).restore));
  restore
    .command("resume <run>")
    .description("go on with a restore that was killed or has failed")
    .option("--confirm <name>", "the deployment's name, where no original is deleted yet")
    .action(
      does(async () => {
        const { resumeRestore } = await import("./commands/restore.ts");
        return (shell, id, _, command) => resumeRestore(shell, id, command.optsWithGlobals());
      }),
    );
  restore
    .command("abandon <run>")
    .description("remove what a restore has made that nobody will finish, and free its lease")
    .option("--keep-copies", "remove nothing: end the run as it stands and free its lease")
    .action(
      does(async () => {
        const { abandonRestore } = await import("./commands/abandon-restore.ts");
        return (shell, id, _, command) => abandonRestore(shell, id, command.optsWithGlobals());
      }),
    );
}

function addCatalog(catalog: Command, does: Does): void {
  catalog
    .command("create")
    .description("create the catalog's table, which no deployment does")
    .action(does(async () => (await import("./commands/create-catalog.ts")).createCatalog));
  catalog
    .command("export [file]")
    .description("write all of the catalog as lines of JSON (default: to standard output)")
    .action(does(async () => (await import("./commands/export-catalog.ts")).exportCatalog));
  catalog
    .command("import <file>")
    .description("fill an empty catalog with what was exported")
    .option("--merge", "into one that is not empty: add what is absent, and overwrite nothing")
    .action(does(async () => (await import("./commands/import-catalog.ts")).importCatalog));
  catalog
    .command("rebuild <files...>")
    .description("fill an empty catalog from exported log lines")
    .option("--merge", "into one that is not empty: add what is absent, and overwrite nothing")
    .option("--incomplete", "with what there is, where lines are missing")
    .action(does(async () => (await import("./commands/rebuild-catalog.ts")).rebuildCatalog));
}

function addConfig(config: Command, does: Does): void {
  config
    .command("check")
    .description("name every problem of the configuration")
    .action(does(async () => (await import("./commands/config.ts")).configCheck));
  config
    .command("schema")
    .description("print the JSON Schema of the configuration, for editors")
    .action(does(async () => (await import("./commands/config.ts")).configSchema));
}

function addRehearse(rehearse: Command, does: Does): void {
  rehearse
    .addOption(
      new Option(
        "--story <which>",
        "with a backup, or with no backup and no pause at all (default: backup)",
      ).choices(["backup", "no-pause"]),
    )
    .addOption(
      new Option("--only <part>", "start nothing but a DynamoDB with point-in-time recovery").choices([
        "dynamodb",
      ]),
    )
    .addOption(
      new Option("--database <kind>", "what the ledger keeps its records in (default: dynamodb)").choices([
        "dynamodb",
        "cosmosdb",
        "postgresql",
        "mysql",
        "cassandra",
      ]),
    )
    .addOption(new Option("--ledger <kind>", "what runs on it").choices(["embedded", "scalardb-server"]))
    .option("--backend <url>", "a DynamoDB that holds the items (default: one of its own)")
    .option("--port <number>", "where the database is to be found (default: any free port)")
    .option("--seed <number>", "whatever is left to chance comes from it")
    .option("--keep", "leave the world running at the end, until Ctrl-C")
    .action(does(async () => (await import("./commands/rehearse.ts")).rehearse));
}
