/** One request as IAM sees it, and who makes it. */
export interface Request {
  readonly action: string;
  readonly context: Readonly<Record<string, string>>;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal?: string | { readonly AWS?: readonly string[] };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type Decision = "allowed" | "denied" | "not granted";

/**
 * What IAM decides over one resource, from its policy and those of the caller: a denial counts more than any grant.
 * As far as the stack's policies go: equality of texts and of ARNs, and their negation, which a missing key fulfils.
 */
export function decisionOn(request: Request, statements: readonly unknown[]): Decision {
  const applying = (statements as readonly Statement[]).filter((statement) => applies(statement, request));
  if (applying.some(({ Effect }) => Effect === "Deny")) return "denied";
  return applying.length > 0 ? "allowed" : "not granted";
}

function applies({ Action, Principal, Condition = {} }: Statement, request: Request): boolean {
  return (
    [Action].flat().some((action) => action === "*" || action === request.action) &&
    isOf(Principal, request) &&
    Object.entries(Condition).every(([operator, keys]) =>
      Object.entries(keys).every(([key, wanted]) => holds(operator, request.context[key], wanted)),
    )
  );
}

/** The caller's own policies name no principal. */
function isOf(principal: Statement["Principal"], { context }: Request): boolean {
  if (principal === undefined || principal === "*") return true;
  return typeof principal === "object" && (principal.AWS ?? []).includes(context["aws:PrincipalArn"] ?? "");
}

function holds(operator: string, found: string | undefined, wanted: unknown): boolean {
  const isOne = [wanted].flat().some((one) => textOf(one) === found);
  switch (operator) {
    case "StringEquals":
    case "ArnEquals":
      return isOne;
    case "ArnNotEquals":
      return !isOne;
    default:
      throw new Error(`the test does not know the condition "${operator}"`);
  }
}

/** A role of the stack stands for its ARN. */
function textOf(value: unknown): string {
  const [id] = (value as { readonly "Fn::GetAtt"?: readonly string[] })["Fn::GetAtt"] ?? [];
  return id ?? String(value);
}
