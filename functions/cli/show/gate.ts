import { addressOf, type GateAnswer } from "../../../shared/pause/instance.ts";
import { table } from "./text.ts";

/** What an instance said of its gate. */
export function gateText(answer: GateAnswer): string {
  switch (answer.kind) {
    case "open":
      return "open";
    case "closed":
      return "PAUSED";
    case "no-listener":
      return "stopped: nothing listens there";
    case "unresolved":
      return "not asked: its name does not resolve here";
    case "no-answer":
      return `did not answer: ${answer.message}`;
    default:
      return answer satisfies never;
  }
}

export function gateTable(answers: readonly GateAnswer[]): readonly string[] {
  if (answers.length === 0) return ["  no instances were found"];
  const rows = answers.map((answer) => [
    `  ${answer.instance.component}`,
    addressOf(answer.instance),
    gateText(answer),
  ]);
  return table(["  COMPONENT", "INSTANCE", "GATE"], rows);
}
