# syntax=docker/dockerfile:1
# The controller as an image: one bundled program, no shell, no package manager, not root.
#   docker build -t workshop-operator .
# With git and ssh for --source git:… (a shell comes with them):
#   docker build --target with-git -t workshop-operator:with-git .
# Both bases can be pinned further: --build-arg RUNTIME=gcr.io/distroless/nodejs24-debian12@sha256:…
ARG NODE=node:24.21.0-bookworm-slim
ARG RUNTIME=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${NODE} AS build
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund && node scripts/bundle.ts

FROM ${NODE} AS with-git
RUN apt-get update && apt-get install -y --no-install-recommends git openssh-client ca-certificates && rm -rf /var/lib/apt/lists/*
COPY --from=build --chown=0:0 /src/dist/controller /app
ENV WORKSHOP_STATE_DIR=/var/lib/workshop-operator HOME=/tmp
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["node", "/app/server.js"]
CMD ["controller", "--source", "dir:/workshops"]

FROM ${RUNTIME}
COPY --from=build --chown=0:0 /src/dist/controller /app
ENV WORKSHOP_STATE_DIR=/var/lib/workshop-operator
WORKDIR /app
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "/app/server.js"]
CMD ["controller", "--source", "kubernetes"]
