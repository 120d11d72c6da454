import { type ActionKind, conditionOf } from "./conditions.ts";
import type { Item } from "./items.ts";
import { journalled, type Target, targetOf, withPlainName } from "./journalled.ts";
import { Refusal, refuse } from "./refusal.ts";
import type { Wire } from "./wire.ts";
import type { Call, Operations, World } from "./world.ts";

const ACTIONS_MAX = 100;

type ActionInput = Wire & {
  readonly TableName?: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ReturnValuesOnConditionCheckFailure?: string;
};

interface Action {
  readonly kind: ActionKind;
  readonly input: ActionInput;
  readonly target: Target;
}

interface TransactWriteInput extends Wire {
  readonly TransactItems?: readonly { readonly [kind: string]: ActionInput }[];
  readonly ClientRequestToken?: string;
}

const KINDS: readonly string[] = ["ConditionCheck", "Put", "Update", "Delete"] satisfies ActionKind[];

async function transactWriteItems(world: World, input: TransactWriteInput, call: Call): Promise<object> {
  const actions = actionsOf(world, input);
  const targets = actions.map(({ target }) => target);
  if (world.backendTransacts) {
    const items = actions.map(({ kind, input: action }) => ({ [kind]: action }));
    const pass = () => world.backend.call("TransactWriteItems", { ...input, TransactItems: items });
    return journalled(world, call, targets, pass);
  }
  return world.transactionTokens.once(input.ClientRequestToken, input, () =>
    journalled(world, call, targets, () => writeAll(world, actions)),
  );
}

function actionsOf(world: World, { TransactItems = [] }: TransactWriteInput): readonly Action[] {
  checkCount(TransactItems.length);
  const actions = TransactItems.map((item) => actionOf(world, item));
  const items = new Set(actions.map(({ target }) => `${target.table.name}/${target.text}`));
  if (items.size < actions.length)
    refuse("ValidationException", "Transaction request cannot include multiple operations on one item");
  return actions;
}

function checkCount(count: number): void {
  if (count < 1 || count > ACTIONS_MAX)
    refuse("ValidationException", `A transaction has between 1 and ${ACTIONS_MAX} actions, not ${count}`);
}

function actionOf(world: World, item: { readonly [kind: string]: ActionInput }): Action {
  const [[kind, input] = [], ...others] = Object.entries(item).filter(([, value]) => value !== null);
  if (kind === undefined || input === undefined || others.length > 0 || !KINDS.includes(kind))
    return refuse(
      "ValidationException",
      `Each of TransactItems must contain exactly one of ${KINDS.join(", ")}`,
    );
  const target = targetOf(world, input.TableName, input.Item ?? input.Key);
  return { kind: kind as ActionKind, input: withPlainName(world, input) as ActionInput, target };
}

/** Under the locks of all its items, so the journal says what they are and nobody changes them meanwhile. */
async function writeAll(world: World, actions: readonly Action[]): Promise<object> {
  const conditions = actions.map(({ kind, input }) => conditionOf(kind, input));
  const holds = conditions.map((condition, position) => condition(latest(actions[position])));
  if (holds.includes(false))
    cancel(actions.map((action, position) => (holds[position] ? NONE : failedCondition(action))));
  const outcomes = await Promise.allSettled(actions.map((action) => write(world, action)));
  if (outcomes.some(({ status }) => status === "rejected")) {
    await undo(world, actions, outcomes);
    cancel(outcomes.map((outcome) => (outcome.status === "fulfilled" ? NONE : failedWrite(outcome.reason))));
  }
  return {};
}

function latest(action: Action | undefined): Item | undefined {
  return action?.target.table.journal.latest(action.target.text);
}

async function write(world: World, { kind, input }: Action): Promise<unknown> {
  return kind === "ConditionCheck" ? undefined : world.backend.call(`${kind}Item`, input);
}

/** What only the write itself can find, such as an operand of the wrong type, must leave nothing behind. */
async function undo(
  world: World,
  actions: readonly Action[],
  outcomes: readonly PromiseSettledResult<unknown>[],
): Promise<void> {
  const done = actions.filter(
    ({ kind }, position) => kind !== "ConditionCheck" && outcomes[position]?.status === "fulfilled",
  );
  await Promise.all(
    done.map((action) => {
      const { table, key } = action.target;
      const before = latest(action);
      return before === undefined
        ? world.backend.call("DeleteItem", { TableName: table.name, Key: key })
        : world.backend.call("PutItem", { TableName: table.name, Item: before });
    }),
  );
}

const NONE: Wire = { Code: "None" };

function failedCondition(action: Action): Wire {
  const item = action.input.ReturnValuesOnConditionCheckFailure === "ALL_OLD" ? latest(action) : undefined;
  return {
    Code: "ConditionalCheckFailed",
    Message: "The conditional request failed",
    ...(item && { Item: item }),
  };
}

function failedWrite(reason: unknown): Wire {
  if (!(reason instanceof Refusal) || reason.status >= 500) throw reason;
  return { Code: "ValidationError", Message: reason.message };
}

function cancel(reasons: readonly Wire[]): never {
  const codes = reasons.map((reason) => reason["Code"]).join(", ");
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  return refuse("TransactionCanceledException", message, { CancellationReasons: reasons });
}

interface TransactGetInput extends Wire {
  readonly TransactItems?: readonly {
    readonly Get?: Wire & { readonly TableName?: string; readonly Key?: Item };
  }[];
}

async function transactGetItems(world: World, input: TransactGetInput): Promise<object> {
  const gets = (input.TransactItems ?? []).map(
    ({ Get }) => Get ?? refuse("ValidationException", "Each of TransactItems must contain a Get"),
  );
  checkCount(gets.length);
  const targets = gets.map((get) => targetOf(world, get.TableName, get.Key));
  const plain = gets.map((get) => withPlainName(world, get));
  const claims = targets.map(({ table, text }) => ({ tableId: table.id, key: text }));
  return world.locks.hold(claims, async () => {
    if (world.backendTransacts)
      return world.backend.call("TransactGetItems", {
        ...input,
        TransactItems: plain.map((Get) => ({ Get })),
      });
    const read = plain.map((get) =>
      world.backend.call<{ Item?: Item }>("GetItem", { ...get, ConsistentRead: true }),
    );
    return { Responses: (await Promise.all(read)).map(({ Item }) => (Item === undefined ? {} : { Item })) };
  });
}

export const TRANSACTIONS: Operations = {
  TransactWriteItems: transactWriteItems,
  TransactGetItems: transactGetItems,
};
