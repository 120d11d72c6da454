import type { DatabaseSection } from "./database-schema.ts";

interface ServerProblem {
  /** The setting that it is about. */
  readonly below: string;
  readonly rule: string;
}

/** Settings of a server or cluster that do not go together. */
export function serverProblems(section: DatabaseSection): readonly ServerProblem[] {
  switch (section.kind) {
    case "jdbc":
      return jdbcProblems(section);
    case "managed":
      return managedProblems(section);
    case "cassandra":
      return cassandraProblems(section);
    default:
      return [];
  }
}

type Section<K extends DatabaseSection["kind"]> = Extract<DatabaseSection, { kind: K }>;

function jdbcProblems({ engine, database, host, tls }: Section<"jdbc">): readonly ServerProblem[] {
  const problems: ServerProblem[] = [];
  if (engine === "postgresql" && database === undefined)
    problems.push({
      below: "database",
      rule: "is missing: PostgreSQL keeps ScalarDB's schemas in a database",
    });
  if (engine === "mysql" && database !== undefined)
    problems.push({ below: "database", rule: "is for PostgreSQL only: on MySQL a schema is a database" });
  if (tls === "off" && !isThisMachine(host))
    problems.push({
      below: "tls",
      rule: 'must not be "off": rows and the password would travel in the clear',
    });
  return problems;
}

function cassandraProblems({ user, password }: Section<"cassandra">): readonly ServerProblem[] {
  if ((user === undefined) === (password === undefined)) return [];
  return user === undefined
    ? [{ below: "user", rule: "is missing: a password belongs to a user" }]
    : [{ below: "password", rule: `is missing: user "${user}" needs one` }];
}

const OF_AWS = ["region", "endpoint", "profile"] as const;
const OF_AZURE = ["subscription", "resourceGroup", "armEndpoint"] as const;
const NEEDED = { aws: ["region"], azure: ["subscription", "resourceGroup"] } as const;

function managedProblems(section: Section<"managed">): readonly ServerProblem[] {
  const { service } = section;
  const cloud = service === "rds" || service === "aurora" ? "aws" : "azure";
  const strange = cloud === "aws" ? OF_AZURE : OF_AWS;
  return [
    ...NEEDED[cloud]
      .filter((name) => section[name] === undefined)
      .map((name) => ({ below: name, rule: `is missing: ${service} needs it` })),
    ...strange
      .filter((name) => section[name] !== undefined)
      .map((name) => ({ below: name, rule: `is not for ${service}` })),
    ...(service === "azure-postgresql" && section.database === undefined
      ? [{ below: "database", rule: "is missing: PostgreSQL keeps ScalarDB's schemas in a database" }]
      : []),
    ...(service === "azure-mysql" && section.database !== undefined
      ? [{ below: "database", rule: "is for PostgreSQL only: on MySQL a schema is a database" }]
      : []),
  ];
}

/** Whether nothing leaves this machine on the way there. */
export function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
