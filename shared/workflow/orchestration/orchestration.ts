import type { OrchestrationContext, Task } from "durable-functions";

/** An orchestrator or a part of one. */
// The engine resumes a yield with the result of its task, which TypeScript cannot tie together.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Orchestration<T> = Generator<Task, T, any>;

/** What is used of the engine. */
export type Engine = Pick<OrchestrationContext, "df">;
