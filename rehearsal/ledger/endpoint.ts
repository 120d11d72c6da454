import { ApplicationAutoScalingClient } from "@aws-sdk/client-application-auto-scaling";
import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

/** Where the rehearsal's DynamoDB listens. Like ScalarDB, it sends Application Auto Scaling to the same place. */
export interface Endpoint {
  readonly url: string;
  readonly region: string;
}

const CREDENTIALS = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };

/**
 * Signs nothing. The endpoint wants a signature to be there and cannot check it, and to compute one takes a third
 * of all the time that an instance spends on a request: too much for three of them on two cores.
 */
const unsigned: NonNullable<DynamoDBClientConfig["signer"]> = {
  async sign(request) {
    const scope = `${CREDENTIALS.accessKeyId}/20200101/us-east-1/dynamodb/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=none`;
    const headers = { ...request.headers, authorization, "x-amz-date": "20200101T000000Z" };
    return Object.assign(request, { headers });
  },
};

export function dynamodbClient({ url, region }: Endpoint): DynamoDBClient {
  return new DynamoDBClient({ endpoint: url, region, credentials: CREDENTIALS, signer: unsigned });
}

export function scalingClient({ url, region }: Endpoint): ApplicationAutoScalingClient {
  return new ApplicationAutoScalingClient({ endpoint: url, region, credentials: CREDENTIALS });
}
