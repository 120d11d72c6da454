import * as z from "zod";
import { text } from "./fields.ts";

/** By digest only: a tag may name another image tomorrow, and nobody would have looked at that one. */
const ECR_IMAGE =
  /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\/[a-z0-9]+(?:[._/-][a-z0-9]+)*@sha256:[0-9a-f]{64}$/;
const ACR_IMAGE = /^[a-z0-9]{5,50}\.azurecr\.io\/[a-z0-9]+(?:[._/-][a-z0-9]+)*@sha256:[0-9a-f]{64}$/;
const ENVIRONMENT =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/Microsoft\.App\/managedEnvironments\/[A-Za-z0-9-]+$/;
const REGISTRY =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/]+\/providers\/Microsoft\.ContainerRegistry\/registries\/[A-Za-z0-9]{5,50}$/;

const ecrImage = text(
  'must be an image of Amazon ECR by its digest, such as "123456789012.dkr.ecr.ap-northeast-1.amazonaws.com/stillpoint@sha256:" and 64 hexadecimal digits',
  ECR_IMAGE,
);

/** What AWS Fargate runs: units of processor, with the memory that goes with each, in GB. */
export const FARGATE_MEMORY = {
  1: { least: 2, most: 8, step: 1 },
  2: { least: 4, most: 16, step: 1 },
  4: { least: 8, most: 30, step: 1 },
  8: { least: 16, most: 60, step: 4 },
  16: { least: 32, most: 120, step: 8 },
} as const;

const AwsTask = z
  .strictObject({
    image: ecrImage.describe("Image of docker/task.Dockerfile, by its digest."),
    cpu: z
      .union([z.literal(1), z.literal(2), z.literal(4), z.literal(8), z.literal(16)])
      .default(2)
      .describe("Processors of a task."),
    memory: z.int().min(2).max(120).default(4).describe("Memory of a task, in GB."),
    storage: z
      .int()
      .min(21, "must be from 21 to 200")
      .max(200, "must be from 21 to 200")
      .optional()
      .describe(
        "Disk of a task, in GB: a restore decompresses a dump to it, to load it in parallel. Default: 20.",
      ),
  })
  .describe("A task of Amazon ECS on Fargate, for dumps of any size and for their restores.");

/** Where dumps of PostgreSQL and MySQL are taken on AWS. Their tools come in images. */
export const AwsDumps = z
  .strictObject({
    image: ecrImage
      .optional()
      .describe(
        "Image of docker/lambda.Dockerfile, by its digest: a function for dumps that are over within its time. Default: there is none.",
      ),
    task: AwsTask.optional(),
  })
  .refine(
    ({ image, task }) => image !== undefined || task !== undefined,
    "must have an image, a task, or both",
  )
  .describe("Where dumps of PostgreSQL and MySQL are taken: in a function, in a task, or in what fits.");
export type AwsDumps = Readonly<z.output<typeof AwsDumps>>;

/** Where dumps of PostgreSQL and MySQL are taken on Azure. Their tools come in an image. */
export const AzureDumps = z
  .strictObject({
    image: text(
      'must be an image of Azure Container Registry by its digest, such as "stillpointops.azurecr.io/stillpoint@sha256:" and 64 hexadecimal digits',
      ACR_IMAGE,
    ).describe("Image of docker/task.Dockerfile, by its digest."),
    registry: text(
      'must be the id of a registry, such as "/subscriptions/ID/resourceGroups/ops/providers/Microsoft.ContainerRegistry/registries/stillpointops"',
      REGISTRY,
    ).describe("The registry of the image: the job's identity is let in to pull it."),
    environment: text(
      'must be the id of an environment, such as "/subscriptions/ID/resourceGroups/net/providers/Microsoft.App/managedEnvironments/prod"',
      ENVIRONMENT,
    ).describe("Container Apps environment that the job runs in, in a network that reaches the servers."),
    cpu: z
      .union([z.literal(1), z.literal(2), z.literal(4)])
      .default(2)
      .describe("Processors of the job; each comes with 2 GB of memory."),
    longest: z
      .int()
      .min(1, "must be from 1 to 168")
      .max(168, "must be from 1 to 168")
      .default(24)
      .describe("Hours after which a job is ended, whatever it is at."),
  })
  .describe("The Container Apps job that takes dumps of PostgreSQL and MySQL, and restores them.");
export type AzureDumps = Readonly<z.output<typeof AzureDumps>>;
