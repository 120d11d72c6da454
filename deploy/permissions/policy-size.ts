import type { Statement } from "./statement.ts";

const ENVELOPE_CHARACTERS = JSON.stringify({ Version: "2012-10-17", Statement: [] }).length;
/** The longest that there are, so that what fits here fits anywhere. */
const LONGEST = { Partition: "aws-us-gov", Region: "ap-northeast-1", AccountId: "123456789012" } as const;
/** An ARN of something that the stack makes: a queue with its generated name. */
const LONG_ARN = "a".repeat(120);

/** How long a policy of these statements is when CloudFormation has put names in place of its references. */
export function charactersOf(statements: readonly Statement[]): number {
  const texts = statements.map((statement) => JSON.stringify(statement, (_, value) => settled(value)));
  return ENVELOPE_CHARACTERS + texts.reduce((sum, { length }) => sum + length + 1, 0);
}

function settled(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("Fn::GetAtt" in value || "Ref" in value) return LONG_ARN;
  if (!("Fn::Sub" in value)) return value;
  return String(value["Fn::Sub"]).replaceAll(
    /\$\{AWS::(Partition|Region|AccountId)\}/g,
    (_, name: keyof typeof LONGEST) => LONGEST[name],
  );
}
