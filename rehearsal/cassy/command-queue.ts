import { OperationStatus } from "../../shared/gen/cassy_pb.ts";
import type { Faults } from "./faults.ts";
import type { Life } from "./life.ts";
import type { History, Metadata, NodeKey } from "./metadata.ts";

/** An upload or a download that runs on a node. */
export interface NodeCommand {
  readonly history: History;
  readonly key: NodeKey;
  readonly ended: Promise<void>;
}

/**
 * Waits for the commands on the nodes one after another, in the order in which they were begun: what ended early is
 * noticed late. It is in memory only, so that what a killed Cassy had begun is never noticed.
 */
export class CommandQueue {
  readonly #metadata: Metadata;
  readonly #faults: Faults;
  readonly #life: Life;
  #last: Promise<void> = Promise.resolve();

  constructor(metadata: Metadata, faults: Faults, life: Life) {
    this.#metadata = metadata;
    this.#faults = faults;
    this.#life = life;
  }

  add(commands: readonly NodeCommand[]): void {
    for (const command of commands) {
      // It may fail long before it is looked at, which is no defect.
      command.ended.catch(() => {});
      this.#last = this.#last.then(() => this.#notice(command));
    }
  }

  /** Resolves when all that have been added were noticed. */
  drained(): Promise<void> {
    return this.#last;
  }

  async #notice({ history, key, ended }: NodeCommand): Promise<void> {
    const status = await this.#life.wait(ended).then(
      () => OperationStatus.COMPLETED,
      () => OperationStatus.FAILED,
    );
    if (this.#faults.statusesWaitFor !== undefined) await this.#life.wait(this.#faults.statusesWaitFor);
    this.#metadata.update(history, [key], status);
  }
}
