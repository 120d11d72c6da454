import { NAMES } from "./kinds/kinds.ts";
import { type Algorithm, type Count, type Tally, totalOf } from "./tally.ts";

const COLUMNS = [
  "what goes wrong",
  "runs",
  "times it happened",
  "valid",
  "stuck",
  "falsely valid",
  "falsely refused",
  "apart",
  "sa4k8s stuck",
  "falsely valid",
  "falsely refused",
  "Cassy stuck",
  "falsely valid",
  "falsely refused",
];

/** The table of docs/laws.md: per kind, what became of the runs of ours and of the models of others. */
export function tableOf(tally: Tally): string {
  const kinds = NAMES.filter((name) => tally.Stillpoint.has(name));
  const rows = kinds.map((kind) => rowOf(kind, (algorithm) => tally[algorithm].get(kind)));
  const total = rowOf("**all**", (algorithm) => totalOf(tally[algorithm]));
  const lines = [COLUMNS, COLUMNS.map((_, index) => (index === 0 ? "---" : "--:")), ...rows, total];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowOf(kind: string, countOf: (algorithm: Algorithm) => Count | undefined): readonly string[] {
  const ours = countOf("Stillpoint");
  return [
    kind,
    figure(ours?.runs),
    figure(ours?.occurred),
    figure(ours?.valid),
    ...judged(ours),
    figure(ours?.apart),
    ...judged(countOf("scalar-admin-for-kubernetes")),
    ...judged(countOf("Cassy")),
  ];
}

function judged(count: Count | undefined): readonly string[] {
  return [
    figure(count?.breaches.get("stuck")),
    figure(count?.breaches.get("falsely valid")),
    figure(count?.falselyRefused),
  ];
}

function figure(value = 0): string {
  return value.toLocaleString("en");
}
