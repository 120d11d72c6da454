import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface PutEvent {
  readonly bus: string;
  readonly source: string;
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface Started {
  readonly functionArn: string;
  readonly name: string | undefined;
  readonly payload: unknown;
}

/** A task of ECS that was started. */
export interface StartedTask {
  readonly arn: string;
  readonly token: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The services around the functions, as far as these call them, with their own protocols. */
export interface AwsServices {
  readonly url: string;
  /** What the bus took. */
  readonly events: PutEvent[];
  /** Invocations of functions, each name once, as Lambda does for durable executions. */
  readonly started: Started[];
  /** Tasks, each token once, as ECS does. */
  readonly tasks: StartedTask[];
  /** The next task is not placed for this reason, in an answer of status 200. */
  refuseTask(reason: string): void;
  /** Callbacks that were completed. */
  readonly woken: string[];
  /** SSM parameters. */
  readonly parameters: Map<string, string>;
  /** So many entries are refused next, in an answer of status 200. */
  refuseEvents(count: number): void;
  /** Told of each callback as it is completed. */
  onWake(wake: (callback: string) => void): void;
  /** Told of each event before the bus answers. */
  onEvent(hear: (event: PutEvent) => Promise<void>): void;
  close(): Promise<void>;
}

export async function startAwsServices(): Promise<AwsServices> {
  const events: PutEvent[] = [];
  const started: Started[] = [];
  const tasks: StartedTask[] = [];
  const unplaced: string[] = [];
  const woken: string[] = [];
  const parameters = new Map<string, string>();
  let refusals = 0;
  let wake: (callback: string) => void = () => undefined;
  let hear: (event: PutEvent) => Promise<void> = async () => undefined;

  const putEvents = ({ Entries = [] }: { Entries?: Record<string, string>[] }) => {
    const answers = Entries.map((entry) => {
      if (refusals-- > 0) return { ErrorCode: "ThrottlingException", ErrorMessage: "Rate exceeded" };
      events.push({
        bus: entry["EventBusName"] ?? "",
        source: entry["Source"] ?? "",
        type: entry["DetailType"] ?? "",
        detail: JSON.parse(entry["Detail"] ?? "{}") as PutEvent["detail"],
      });
      return { EventId: String(events.length) };
    });
    return { FailedEntryCount: answers.filter((one) => "ErrorCode" in one).length, Entries: answers };
  };
  const getParameters = ({ Names = [] }: { Names?: string[] }) => ({
    Parameters: Names.filter((name) => parameters.has(name)).map((Name) => ({
      Name,
      Value: parameters.get(Name),
    })),
    InvalidParameters: Names.filter((name) => !parameters.has(name)),
  });
  const invoke = (functionArn: string, name: string | undefined, payload: unknown) => {
    const same = started.find((one) => one.name === name && name !== undefined);
    if (same === undefined) started.push({ functionArn, name, payload });
    return same === undefined || JSON.stringify(same.payload) === JSON.stringify(payload);
  };

  const runTask = (request: { clientToken?: string; cluster?: string }) => {
    const reason = unplaced.shift();
    if (reason !== undefined) return { tasks: [], failures: [{ arn: request.cluster, reason }] };
    const { clientToken: token = "" } = request;
    const same = tasks.find((one) => one.token === token);
    if (same !== undefined && JSON.stringify(same.request) !== JSON.stringify(request)) return undefined;
    const task = same ?? { arn: `arn:aws:ecs:task/${tasks.length + 1}`, token, request: { ...request } };
    if (same === undefined) tasks.push(task);
    return { tasks: [{ taskArn: task.arn }], failures: [] };
  };

  const server = createServer(async (request, response) => {
    const text = await bodyOf(request);
    const json = text === "" ? {} : (JSON.parse(text) as object);
    const target = String(request.headers["x-amz-target"] ?? "");
    const path = decodeURIComponent(request.url ?? "");
    const answer = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    };
    const [, functionArn] = /^\/2015-03-31\/functions\/(.+)\/invocations/.exec(path) ?? [];
    const [, callback] = /durable-execution-callbacks\/(.+)\/succeed$/.exec(path) ?? [];
    if (target === "AWSEvents.PutEvents") {
      const before = events.length;
      const body = putEvents(json);
      for (const event of events.slice(before)) await hear(event);
      return answer(200, body);
    }
    if (target === "AmazonSSM.GetParameters") return answer(200, getParameters(json));
    if (target === "AmazonEC2ContainerServiceV20141113.RunTask") {
      const body = runTask(json);
      if (body !== undefined) return answer(200, body);
      return answer(400, { __type: "ConflictException", message: "the token is in use" });
    }
    if (functionArn !== undefined) {
      const name = request.headers["x-amz-durable-execution-name"] as string | undefined;
      if (invoke(functionArn, name, json)) return answer(202, {});
      response.setHeader("x-amzn-errortype", "DurableExecutionAlreadyStartedException");
      return answer(409, { Message: `"${name}" was started with another payload` });
    }
    if (callback !== undefined) {
      woken.push(callback);
      wake(callback);
      return answer(200, {});
    }
    return answer(400, { __type: "UnknownOperationException", message: `${target} ${path}` });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    started,
    tasks,
    refuseTask: (reason) => {
      unplaced.push(reason);
    },
    woken,
    parameters,
    refuseEvents: (count) => {
      refusals = count;
    },
    onWake: (listener) => {
      wake = listener;
    },
    onEvent: (listener) => {
      hear = listener;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
