/** A resource of CloudFormation, by its logical id. */
export type Resources = Readonly<Record<string, Resource>>;

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export type Reference =
  | { readonly Ref: string }
  | { readonly "Fn::GetAtt": readonly [string, string] }
  | { readonly "Fn::Sub": string };

export function ref(id: string): Reference {
  return { Ref: id };
}

export function arnOf(id: string): Reference {
  return { "Fn::GetAtt": [id, "Arn"] };
}

/** An ARN in this account, and in the stack's region where no other is given. `rest` begins after the account. */
export function arn(service: string, rest: string, region = `\${AWS::Region}`): Reference {
  return { "Fn::Sub": `arn:\${AWS::Partition}:${service}:${region}:\${AWS::AccountId}:${rest}` };
}
