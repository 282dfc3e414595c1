# A builder that makes its sandboxes itself (bubblewrap), with Debian's tools as the root of builds. Built from the
# top of the repository:
#   docker build -f containers/Containerfile.builder -t packmill-builder .
# It also serves as the builder that lets an engine make the sandboxes; see containers/README.md.
ARG BASE=debian:12-slim

# npm is needed to install, not to run
FROM ${BASE} AS modules
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git nodejs npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/packmill
COPY package.json package-lock.json .npmrc ./
# where npm packages come from is npm's own setting
ARG NPM_CONFIG_REGISTRY
RUN npm ci --omit=dev

FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      bash binutils bubblewrap ca-certificates curl fakeroot file gcc git gnupg gzip libarchive-tools libc6-dev make \
      makepkg mount openssh-client pacman-package-manager patch util-linux xz-utils zstd \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/packmill
COPY --from=modules /opt/packmill/node_modules node_modules
COPY package.json package-lock.json LICENSE ./
COPY bin bin
COPY src src
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/packmill/node_modules/node/bin/node", "/opt/packmill/bin/packmill"]
CMD ["builder"]
