import { StillpointError } from "../../../shared/errors/stillpoint-error.ts";
import type { CapturedManaged } from "../../../shared/restore/managed/captured.ts";
import type { ManagedPlan, PlannedServer } from "../../../shared/restore/managed/plan.ts";
import { RUN_TAG } from "../../../shared/restore/managed/settings.ts";
import { captured } from "./example-plan.ts";

/** Far more than any restore here takes. */
const MOST_TICKS = 1_000;
export const BYSTANDER = "somebody-elses";

export interface CloudServer {
  readonly content: string;
  /** What the service would say of it. */
  set: CapturedManaged;
  status: "creating" | "modifying" | "renaming" | "deleting" | "available" | "failed";
  untilTick: number;
  /** Where it is being renamed to. */
  next?: string;
}

export interface Weather {
  readonly givenUp?: readonly string[];
  /** Whether instances of the deployment run once the restore is at the names. */
  readonly running?: boolean;
}

/** What a server held at a second, as its history gives it back. */
export function contentAt(server: string, atSecond: number): string {
  return `${server} at ${atSecond}`;
}

/** Servers in virtual time, one change of each at a time. Breaking a law is an error that no test can miss. */
export class Cloud {
  readonly servers = new Map<string, CloudServer>();
  readonly broken: string[] = [];
  readonly parts = new Set<string>();
  /** Resource ids of servers whose rows were read and found whole. */
  readonly verified = new Set<string>();
  /** Originals that somebody else has deleted: no fault of the restore's. */
  readonly destroyed = new Set<string>();
  abandoning = false;
  running: boolean;
  readonly #plan: ManagedPlan;
  readonly #weather: Weather;
  #tick = 0;
  #lastTick = MOST_TICKS;
  #made = 0;

  constructor(plan: ManagedPlan, weather: Weather = {}) {
    this.#plan = plan;
    this.#weather = weather;
    this.running = weather.running ?? false;
    for (const { original } of plan.servers) this.servers.set(original.server, standing(original));
    this.servers.set(BYSTANDER, standing(captured(BYSTANDER)));
  }

  /** A process begins that waits for nothing longer than so many ticks. */
  begin(): void {
    this.#lastTick = this.#tick + MOST_TICKS;
  }

  tick(): void {
    if (this.#tick++ > this.#lastTick)
      throw new StillpointError("TIMED_OUT", "what is waited for never comes");
    for (const [name, server] of [...this.servers])
      if (server.untilTick <= this.#tick) this.#end(name, server);
    this.check();
  }

  #end(name: string, server: CloudServer): void {
    if (server.status === "deleting") this.servers.delete(name);
    if (server.status === "renaming" && server.next !== undefined) {
      this.servers.delete(name);
      server.set = { ...server.set, server: server.next };
      this.servers.set(server.next, server);
      delete server.next;
    }
    const failed = server.status === "creating" && this.#weather.givenUp?.includes(name);
    if (server.status !== "failed") server.status = failed ? "failed" : "available";
  }

  byId(resourceId: string): CloudServer | undefined {
    return [...this.servers.values()].find(({ set }) => set.resourceId === resourceId);
  }

  restore({ original, target, atSecond, members }: PlannedServer, run: string, content?: string): void {
    if (this.servers.has(target)) this.#break(`"${target}" was made twice`);
    if (!this.#plan.servers.some((server) => server.target === target))
      this.#break(`"${target}" is not in the plan`);
    const set: CapturedManaged = {
      ...original,
      server: target,
      resourceId: `${target}#${++this.#made}`,
      host: original.host.replace(original.server, target),
      // The maintenance window is no input of a restore; the alarms go by names.
      settings: { ...original.settings, PreferredMaintenanceWindow: "mon:03:00-mon:03:30" },
      tags: { ...original.tags, [RUN_TAG]: run },
      members: original.members.map((member, index) => ({ ...member, name: members[index]?.target ?? "" })),
      surroundings: [],
    };
    const held = content ?? contentAt(original.server, atSecond);
    this.servers.set(target, { content: held, set, status: "creating", untilTick: this.#later(target) });
    this.check();
  }

  change(name: string, change: (set: CapturedManaged) => CapturedManaged): void {
    const server = this.#settled(name);
    if (server.set.tags[RUN_TAG] !== this.#plan.run)
      this.#break(`"${name}" was changed, which the run has not made`);
    server.set = change(server.set);
    server.status = "modifying";
    server.untilTick = this.#later(name);
    this.check();
  }

  rename(from: string, to: string): void {
    const server = this.#settled(from);
    this.#mayRename(server, to);
    if (this.servers.has(to)) throw new StillpointError("DATABASE_REFUSED", `the name "${to}" is taken`);
    server.status = "renaming";
    server.next = to;
    server.untilTick = this.#later(from);
  }

  remove(name: string): void {
    const server = this.servers.get(name);
    if (server === undefined || server.status === "deleting" || server.status === "creating") return;
    if (!this.abandoning) this.#break(`"${name}" was deleted by a restore`);
    if (server.set.tags[RUN_TAG] !== this.#plan.run) this.#break(`"${name}" of somebody else was deleted`);
    for (const { original } of this.#plan.servers)
      if (this.servers.get(original.server)?.set.resourceId !== original.resourceId)
        this.#break(`"${name}" was deleted while "${original.server}" is not there`);
    server.status = "deleting";
    server.untilTick = this.#later(name);
    this.check();
  }

  /** Originals are there, whole and unchanged but in their names. */
  check(): void {
    for (const { original } of this.#plan.servers) {
      if (this.destroyed.has(original.server)) continue;
      const now = this.byId(original.resourceId);
      if (now === undefined) this.#break(`the original "${original.server}" is gone`);
      else if (JSON.stringify({ ...now.set, server: "" }) !== JSON.stringify({ ...original, server: "" }))
        this.#break(`the original "${original.server}" was changed`);
    }
  }

  #mayRename({ set }: CloudServer, to: string): void {
    const { mode, servers } = this.#plan;
    if (mode !== "in-place") this.#break(`"${set.server}" was renamed in a restore side by side`);
    if (this.running) this.#break(`"${set.server}" was renamed while instances run`);
    const planned = servers.find(
      ({ original, target }) => original.resourceId === set.resourceId || target === set.server,
    );
    if (planned === undefined) throw this.#break(`"${set.server}" was renamed, which the plan does not name`);
    if (to !== (planned.original.resourceId === set.resourceId ? planned.kept : planned.original.server))
      this.#break(`"${set.server}" was renamed to "${to}"`);
    for (const { target, original } of servers) {
      const restored = [this.servers.get(target), this.servers.get(original.server)];
      if (!restored.some((one) => one && this.verified.has(one.set.resourceId)))
        this.#break(`names were swapped before "${target}" was verified`);
    }
  }

  #settled(name: string): CloudServer {
    const server = this.servers.get(name);
    if (server?.status === "available") return server;
    throw new StillpointError("DATABASE_REFUSED", `"${name}" is not there, or another change is under way`);
  }

  /** Everything that a person could find. Ids are as they may be. */
  snapshot(): unknown {
    return [...this.servers]
      .map(([name, { content, set, status }]) => [name, { content, status, set: { ...set, resourceId: "" } }])
      .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
  }

  #later(name: string): number {
    return this.#tick + 1 + (name.length % 3);
  }

  #break(what: string): Error {
    this.broken.push(what);
    return new Error(what);
  }
}

function standing(set: CapturedManaged): CloudServer {
  return { content: `${set.server} today`, set, status: "available", untilTick: 0 };
}
