# The command line with the clients of PostgreSQL and MariaDB, as a task of Amazon ECS, as a job of Azure Container
# Apps, or by hand. Written with care, and never built where Stillpoint is developed: build it, look at it, and name
# it by its digest.
#
#   docker buildx build --platform linux/arm64 --file docker/task.Dockerfile --tag REGISTRY/stillpoint --push .
#
# linux/arm64 for ECS, linux/amd64 for Container Apps. No configuration is inside: it names the image by its digest,
# so it is handed in when the image is run.

# Put a digest in place of this tag (docker buildx imagetools inspect NAME): the same file then makes the same image.
ARG BASE=node:24-trixie-slim

FROM ${BASE} AS installed
WORKDIR /opt/stillpoint
COPY package.json package-lock.json .npmrc ./
# No package needs its scripts here: the one that has any brings a Node 24, and this image is one.
RUN npm ci --omit=dev --ignore-scripts

FROM ${BASE}
# A client must be at least as new as its server. Debian 13 has those of PostgreSQL 17 and MariaDB 11.8; for newer
# servers take the packages of apt.postgresql.org or mariadb.org. mariadb-dump dumps MySQL too; mysqldump of MySQL
# itself is in none of Debian's packages.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates mariadb-client postgresql-client zstd \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/stillpoint
COPY --from=installed /opt/stillpoint/node_modules ./node_modules
COPY package.json ./
COPY shared ./shared
COPY functions ./functions
USER 10001:10001
# The first process of its container, with no init before it: it is told when the task has to end and unpauses first,
# and waits for the guard that it has started.
ENTRYPOINT ["node", "functions/task/main.ts"]
CMD ["help"]
