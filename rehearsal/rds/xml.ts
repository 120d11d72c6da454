import { escaped } from "../escaped.ts";

/** What an answer's lists call their elements; `member` where they have no name of their own. */
const ELEMENTS: Readonly<Record<string, string>> = {
  DBInstances: "DBInstance",
  DBClusters: "DBCluster",
  VpcSecurityGroups: "VpcSecurityGroupMembership",
  DBParameterGroups: "DBParameterGroup",
  OptionGroupMemberships: "OptionGroupMembership",
  TagList: "Tag",
  ReadReplicaDBInstanceIdentifiers: "ReadReplicaDBInstanceIdentifier",
  ReadReplicaIdentifiers: "ReadReplicaIdentifier",
  DBClusterMembers: "DBClusterMember",
  ProcessorFeatures: "ProcessorFeature",
  EventSubscriptionsList: "EventSubscription",
  SourceIdsList: "SourceId",
  DBClusterEndpoints: "DBClusterEndpointList",
  AccountQuotas: "AccountQuota",
  DBInstanceAutomatedBackups: "DBInstanceAutomatedBackup",
  DBSubnetGroups: "DBSubnetGroup",
  DBClusterParameterGroups: "DBClusterParameterGroup",
  OptionGroupsList: "OptionGroup",
};

const NAMESPACE = "http://rds.amazonaws.com/doc/2014-10-31/";

export function answerXml(action: string, result: object, requestId: string): string {
  const inside = `${tag(`${action}Result`, children(result, action))}${metadata(requestId)}`;
  return `<${action}Response xmlns="${NAMESPACE}">${inside}</${action}Response>`;
}

export function errorXml(code: string, message: string, requestId: string): string {
  const error = `<Error><Type>Sender</Type><Code>${escaped(code)}</Code><Message>${escaped(message)}</Message></Error>`;
  return `<ErrorResponse xmlns="${NAMESPACE}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function metadata(requestId: string): string {
  return `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
}

function children(record: object, kind: string): string {
  return Object.entries(record)
    .map(([name, value]) => element(name, value, kind))
    .join("");
}

function element(name: string, value: unknown, kind: string): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) {
    const each = elementName(name, kind);
    return tag(name, value.map((one) => element(each, one, name)).join(""));
  }
  if (value instanceof Date) return tag(name, value.toISOString());
  if (typeof value === "object") return tag(name, children(value, name));
  return tag(name, escaped(String(value)));
}

/** Instances and clusters call their roles differently. */
function elementName(name: string, kind: string): string {
  if (name === "AssociatedRoles")
    return kind === "DBClusters" || kind === "DBCluster" ? "DBClusterRole" : "DBInstanceRole";
  return ELEMENTS[name] ?? "member";
}

function tag(name: string, inside: string): string {
  return `<${name}>${inside}</${name}>`;
}
