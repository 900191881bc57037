# A worker by itself: docker build -f deploy/worker.Dockerfile -t pharos-worker .
# It runs the Node that the package `node` pins, so the second stage needs no other; onnxruntime needs glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json ./
COPY bin bin
COPY build build
COPY src src
COPY worker-node worker-node
COPY cli cli
COPY clients clients
# Bundles the programs into dist/, then drops what only the build needs. The variable skips 300 MB of CUDA on every npm.
RUN ONNXRUNTIME_NODE_INSTALL=skip npm ci && npm prune --omit=dev
# Drops onnxruntime for other systems, and the copy from which the package `node` was unpacked.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
 && rm -rf node_modules/node/node_modules

FROM debian:bookworm-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin pharos && install -d -o pharos -g pharos -m 0700 /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
COPY models models
ENV PATH=/app/node_modules/.bin:$PATH ENV=prod DATA_DIR=/data
USER pharos
EXPOSE 8001
# Healthy when its model is loaded.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.WORKER_PORT || 8001}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself, so that SIGTERM reaches it. Models are pulled into /data: node bin/pharos.js models pull ID
CMD ["node", "bin/worker.js"]
