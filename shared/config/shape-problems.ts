import type * as z from "zod";
import { settingsAt } from "./json-schema.ts";
import { didYouMean } from "./near-miss.ts";
import { type Problem, type SettingPath, valueAt } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** What zod found wrong with the shape, in this product's words. `at` is where the checked value stands. */
export function shapeProblems(
  tree: unknown,
  issues: readonly Issue[],
  at: SettingPath = [],
): readonly Problem[] {
  return issues.flatMap((issue) => problemsOf(tree, issue, [...at, ...(issue.path as SettingPath)]));
}

function problemsOf(tree: unknown, issue: Issue, path: SettingPath): readonly Problem[] {
  const value = valueAt(tree, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: [...path, key], rule: unknownRule(path, key), about: "name" }));
    case "invalid_union":
      if (isOfNoKind(issue)) return [{ path, rule: choiceRule(value, issue.options.filter(isText)) }];
      return unionProblems(tree, issue.errors, path);
    case "invalid_type":
      return [typeProblem(path, value, issue)];
    case "invalid_value":
      return [
        { path, rule: choiceRule(value, issue.values.map(String)), ...(value === undefined && missing) },
      ];
    default:
      return [{ path, rule: issue.message }];
  }
}

/** Of sections that are told apart by one setting, none has this value of it. */
function isOfNoKind(issue: Issue): issue is Issue & { readonly options: readonly unknown[] } {
  return "options" in issue && Array.isArray(issue.options);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

const missing = { about: "name" } as const;

function unknownRule(path: SettingPath, key: string): string {
  if (path.at(-1) === "key" && key === "pem")
    return 'is no setting: a private key is never written into this file; name its "file", or the variable "env" that holds it';
  const known = settingsAt(path);
  // Of a section that has several forms, this is one of another.
  if (known.includes(key)) return "does not go with the other settings here";
  return `is no setting here${didYouMean(key, known)}`;
}

function choiceRule(value: unknown, choices: readonly string[]): string {
  const quoted = choices.map((choice) => `"${choice}"`).join(" or ");
  if (value === undefined) return `is missing; it must be ${quoted}`;
  return `must be ${quoted}${typeof value === "string" ? didYouMean(value, choices) : ""}`;
}

const NOUNS: Readonly<Record<string, string>> = {
  object: "a section with settings of its own",
  record: "a section with settings of its own",
  array: "a list",
  string: "a text",
  boolean: "true or false",
};

function typeProblem(path: SettingPath, value: unknown, issue: Issue & { code: "invalid_type" }): Problem {
  if (value === undefined)
    return { path, rule: path.length === 0 ? "is empty" : "is missing", about: "name" };
  // Where the definition has words of its own, such as those for a bare number, they say more.
  const rule = issue.message.startsWith("Invalid input")
    ? `must be ${NOUNS[issue.expected] ?? issue.expected}`
    : issue.message;
  if (value !== null) return { path, rule };
  return {
    path,
    rule: path.length === 0 ? "is empty" : `has nothing after it; it ${rule}, or be left out`,
    about: "name",
  };
}

/** Of several forms that a setting may have, what is wrong with the one that was meant: the one of its type. */
function unionProblems(
  tree: unknown,
  forms: readonly (readonly Issue[])[],
  path: SettingPath,
): readonly Problem[] {
  if (valueAt(tree, path) === undefined) return [{ path, rule: "is missing", about: "name" }];
  const meant = nearest(forms.filter((issues) => !issues.some(isOfAnotherForm)));
  if (meant === undefined) return [{ path, rule: eitherRule(tree, forms, path) }];
  const takesWords = forms.some(([first]) => first?.code === "invalid_value");
  return takesWords && meant.some(({ code }) => code === "invalid_format")
    ? [{ path, rule: eitherRule(tree, forms, path) }]
    : shapeProblems(tree, meant, path);
}

/** Of several sections the one that knows most of the settings given. */
function nearest(forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const unknown = (issues: readonly Issue[]) =>
    issues.reduce((sum, one) => sum + (isOfItself(one) ? one.keys.length : 0), 0);
  return forms.toSorted((one, other) => unknown(one) - unknown(other))[0];
}

function isOfItself(issue: Issue): issue is Issue & { code: "unrecognized_keys" } {
  return issue.code === "unrecognized_keys" && issue.path.length === 0;
}

/** `must be "auto", or a duration` */
function eitherRule(tree: unknown, forms: readonly (readonly Issue[])[], path: SettingPath): string {
  const rules = forms.flatMap(([first]) => (first ? shapeProblems(tree, [first], path) : []));
  const [first = "", ...others] = new Set(rules.map(({ rule }) => rule.replace(/; did you mean .*$/, "")));
  return [first, ...others.map((rule) => rule.replace(/^must be /, ""))].join(", or ");
}

function isOfAnotherForm({ code, path }: Issue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}
