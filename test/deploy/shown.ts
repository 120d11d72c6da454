import type { Statement, Target } from "../../deploy/permissions/statement.ts";

/** A statement as the golden files have it. */
export function shown({ Sid, Effect, Action, Resource, Condition }: Statement): string {
  const lines = [
    `  ${Effect} ${Sid}`,
    ...Action.map((action) => `    ${action}`),
    ...Resource.map((target) => `    on ${arnText(target)}`),
    ...Object.entries(Condition ?? {}).map(([operator, keys]) => `    if ${operator} ${shownKeys(keys)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function shownKeys(keys: Readonly<Record<string, unknown>>): string {
  return Object.entries(keys)
    .map(
      ([key, values]) =>
        `${key} ${[values]
          .flat()
          .map((one) => arnText(one as Target))
          .join(" | ")}`,
    )
    .join(" and ");
}

/** Without what is the same everywhere: the partition and the account. */
export function arnText(target: Target): string {
  if (typeof target === "string") return target;
  if ("Fn::Sub" in target)
    return target["Fn::Sub"]
      .replace(/^arn:\$\{AWS::Partition\}:/, "")
      .replace(/\$\{AWS::Region\}/, "here")
      .replace(/:\$\{AWS::AccountId\}/, "");
  return "Ref" in target ? target.Ref : target["Fn::GetAtt"].join(".");
}
