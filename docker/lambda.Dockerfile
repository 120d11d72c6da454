# The function that takes dumps on AWS Lambda, with the clients of PostgreSQL and MariaDB. Written with care, and never
# built where Stillpoint is developed: build it, look at it, and name it by its digest.
#
#   npm run build
#   docker buildx build --platform linux/arm64 --provenance=false --file docker/lambda.Dockerfile --tag REGISTRY/stillpoint-function --push .
#
# Lambda takes no image with an attestation beside it, hence --provenance=false. No configuration is inside: it names
# the image by its digest, so the deployment hands it in.

# Put a digest in place of this tag (docker buildx imagetools inspect NAME): the same file then makes the same image.
ARG BASE=public.ecr.aws/lambda/nodejs:24

# Packages of Amazon Linux 2023. A client must be at least as new as its server: look for newer ones by dnf search.
ARG CLIENTS="postgresql17 mariadb1011-client-utils"

FROM ${BASE}
ARG CLIENTS
RUN dnf install --assumeyes --setopt=install_weak_deps=False ${CLIENTS} zstd \
 && dnf clean all
COPY dist/dump/ ${LAMBDA_TASK_ROOT}/
CMD ["index.handler"]
