import type { Deployable } from "../deployable.ts";
import { arnOf, type Resources, ref } from "./resource.ts";

const BUCKET_ID = "PartsBucket";
/** A verification lasts hours; what is left by one that was given up goes by itself. */
const KEPT_DAYS = 7;

/** Where verification keeps its parts. They hold customers' rows: private, encrypted, and not for long. */
export function partsBucket({ verification: { parts } }: Deployable): Resources {
  return {
    [BUCKET_ID]: {
      Type: "AWS::S3::Bucket",
      Properties: {
        BucketName: parts.bucket,
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        LifecycleConfiguration: {
          Rules: [
            {
              Id: "expire",
              Status: "Enabled",
              ExpirationInDays: KEPT_DAYS,
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
            },
          ],
        },
      },
    },
    PartsBucketPolicy: {
      Type: "AWS::S3::BucketPolicy",
      Properties: {
        Bucket: ref(BUCKET_ID),
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "OverTlsOnly",
              Effect: "Deny",
              Principal: "*",
              Action: ["s3:*"],
              Resource: [arnOf(BUCKET_ID), { "Fn::Sub": `\${${BUCKET_ID}.Arn}/*` }],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    },
  };
}
