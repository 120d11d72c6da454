import { befalls, type Kind, type Scene, someServer, sometime, strangerPauses } from "../scene.ts";
import type { Server } from "../server.ts";

const LONGEST_SILENCE_MS = 100_000;
const LONGEST_RESTART_MS = 400;

/** Dies, and a new process listens at the same address soon. */
export function restart(scene: Scene, server: Server, downMs: number, then?: (fresh: Server) => void): void {
  const { world } = scene;
  const { component, host, port } = server.instance;
  const { uid } = server;
  befalls(scene);
  server.kill();
  world.watched.push(`${server.address} was restarted`);
  world.agenda.after(downMs, () => {
    const fresh = world.startServer(component, { host, port, uid });
    then?.(fresh);
  });
}

function appear(scene: Scene): Server {
  const { world } = scene;
  befalls(scene);
  const server = world.startServer(someServer(world).instance.component);
  world.watched.push(`${server.address} appeared`);
  return server;
}

/** The backup is killed, an instance that it paused dies, and another deployment's gets its address and is paused. */
function takeOver(scene: Scene): void {
  const { world } = scene;
  sometime(
    scene,
    () => {
      scene.host.kill();
      const server = someServer(world);
      const { host, port } = server.instance;
      world.vanish(server);
      world.watched.push(`${server.address} was deleted`);
      world.occurred++;
      const another = world.startServer("somebody else's", { host, port });
      strangerPauses(scene, another, world.chance.between(1_000, 90_000));
    },
    "holding",
  );
}

export const INSTANCE_KINDS: readonly Kind[] = [
  {
    name: "an instance accepts and never answers, for a while",
    plan: (scene) =>
      sometime(scene, () => {
        const { world } = scene;
        const forMs = world.chance.between(100, LONGEST_SILENCE_MS);
        befalls(scene);
        scene.busyOthers++;
        someServer(world).silence(forMs);
        world.agenda.after(forMs, () => {
          scene.busyOthers--;
        });
      }),
  },
  {
    name: "an instance is restarted",
    plan: (scene) =>
      sometime(scene, () =>
        restart(scene, someServer(scene.world), scene.world.chance.between(1, LONGEST_RESTART_MS)),
      ),
  },
  {
    name: "an instance dies and stays away",
    plan: (scene) =>
      sometime(scene, () => {
        const server = someServer(scene.world);
        befalls(scene);
        server.kill();
        scene.world.watched.push(`${server.address} died`);
      }),
  },
  {
    name: "an instance is replaced at another address",
    plan: (scene) =>
      sometime(scene, () => {
        const { world } = scene;
        const server = someServer(world);
        befalls(scene);
        world.startServer(server.instance.component);
        world.watched.push(`${server.address} was replaced`);
        world.vanish(server);
      }),
  },
  {
    name: "an instance is added",
    apartAtMost: 0.3,
    plan: (scene) => sometime(scene, () => appear(scene)),
  },
  {
    name: "an instance comes and goes between two looks",
    apartAtMost: 0.4,
    plan: (scene) =>
      sometime(scene, () => {
        const { world } = scene;
        const server = appear(scene);
        world.agenda.after(world.chance.between(50, 1_500), () => world.vanish(server));
      }),
  },
  {
    name: "the DNS forgets an instance that still works",
    apartAtMost: 1,
    adjust: (settings) => ({ ...settings, basis: "dns", components: { ledger: 3 } }),
    plan: ({ world }) => {
      world.occurred++;
      world.hidden.add(someServer(world).address);
    },
  },
  {
    name: "the DNS contradicts itself for a while",
    adjust: (settings) => ({ ...settings, basis: "dns" }),
    plan: (scene) =>
      sometime(scene, () => {
        befalls(scene);
        scene.world.dnsVariesUntilMs = scene.world.agenda.nowMs + scene.world.chance.between(10, 3_000);
      }),
  },
  {
    name: "a client leaves a transaction open",
    plan: (scene) =>
      scene.world.during("preparing", 1, () => {
        scene.world.occurred++;
        someServer(scene.world).beginEndless(scene.world.chance.between(1_000, 60_000));
      }),
  },
  {
    name: "another process gets the address of one that died paused",
    apartAtMost: 0.7,
    plan: takeOver,
  },
];
