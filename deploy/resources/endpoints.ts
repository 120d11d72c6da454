import type { AwsSettings } from "../../shared/config/config.ts";
import type { Deployable } from "../deployable.ts";
import { serversOf } from "../managed-servers.ts";
import type { Resource, Resources } from "./resource.ts";

const GATEWAYS = ["dynamodb", "s3"] as const;
/** To start a task, and for the task itself: its image and its logs. */
const OF_TASKS = ["ecs", "ecr.api", "ecr.dkr", "logs"] as const;
const HTTPS = { IpProtocol: "tcp", FromPort: 443, ToPort: 443 };

type Endpoints = NonNullable<NonNullable<AwsSettings["vpc"]>["endpoints"]>;

/**
 * The services that functions in a VPC without a NAT have to reach: the databases and the catalog by gateways, which
 * cost nothing, the rest by interfaces. The logs, and the STS behind a token for EKS, are reached by others for them.
 */
export function endpoints(config: Deployable): Resources {
  const { vpc, secrets, dumps } = config.aws;
  const wanted = vpc?.endpoints;
  if (vpc === undefined || wanted === undefined) return {};
  const services = [
    "lambda",
    "events",
    "application-autoscaling",
    "monitoring",
    ...(Object.keys(secrets).length > 0 ? ["ssm"] : []),
    ...(serversOf(config).length > 0 ? ["rds"] : []),
    ...(dumps?.task === undefined ? [] : OF_TASKS),
  ];
  return {
    ...Object.fromEntries(GATEWAYS.map((service) => [endpointId(service), gateway(service, wanted)])),
    EndpointSecurityGroup: admitFunctions(vpc.securityGroups, wanted),
    ...Object.fromEntries(
      services.map((service) => [endpointId(service), anInterface(service, wanted, vpc.subnets)]),
    ),
  };
}

function endpointId(service: string): string {
  const words = service.split(/[-.]/).map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `${words.join("")}Endpoint`;
}

function gateway(service: string, { vpc, routeTables }: Endpoints): Resource {
  return endpoint(service, { VpcEndpointType: "Gateway", VpcId: vpc, RouteTableIds: routeTables });
}

function anInterface(service: string, { vpc }: Endpoints, subnets: readonly string[]): Resource {
  return endpoint(service, {
    VpcEndpointType: "Interface",
    VpcId: vpc,
    SubnetIds: subnets,
    SecurityGroupIds: [{ "Fn::GetAtt": ["EndpointSecurityGroup", "GroupId"] }],
    PrivateDnsEnabled: true,
  });
}

function endpoint(service: string, properties: Resource["Properties"]): Resource {
  return {
    Type: "AWS::EC2::VPCEndpoint",
    Properties: { ServiceName: { "Fn::Sub": `com.amazonaws.\${AWS::Region}.${service}` }, ...properties },
  };
}

function admitFunctions(groups: readonly string[], { vpc }: Endpoints): Resource {
  return {
    Type: "AWS::EC2::SecurityGroup",
    Properties: {
      GroupDescription: "The functions of Stillpoint may reach the endpoints of AWS",
      VpcId: vpc,
      SecurityGroupIngress: groups.map((group) => ({ ...HTTPS, SourceSecurityGroupId: group })),
    },
  };
}
