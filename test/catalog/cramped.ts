/** A process without the right or the room to write: `cramped.ts LOCATION UID`. Prints how its writes ended. */
import { fileStore } from "../../shared/catalog/file-store.ts";
import { codeOf, messageOf } from "../../shared/errors/stillpoint-error.ts";

if (import.meta.main) {
  const [location, uid] = process.argv.slice(2) as [string, string];
  // Node leaves SIGXFSZ alone; the shell that started us ignores it, so that a full "disk" is an error.
  if (Number(uid) > 0) process.setuid?.(Number(uid));
  const store = fileStore(location);
  const fill = "x".repeat(100_000);
  const attempts = {
    append: () => store.append("run", 1, { fill }),
    create: () => store.write("runs", "new", { fill }, "absent"),
    replace: async () =>
      store.write("runs", "old", { fill }, (await store.read("runs", "old"))?.version ?? "absent"),
    list: async () => (await store.list("runs")).records.length,
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    const outcome = await attempt().then(
      () => "done",
      (error: unknown) => `${codeOf(error)} ${messageOf(error)}`,
    );
    process.stdout.write(`${name}: ${outcome}\n`);
  }
}
