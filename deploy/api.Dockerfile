# The API, and its own worker where WORKER_URL is unset: docker build -f deploy/api.Dockerfile -t pharos-api .
# It runs the Node that the package `node` pins, so the second stage needs none of its own; a glibc system, for onnxruntime.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Skips 300 MB of CUDA, whatever this npm makes of .npmrc and allowScripts.
RUN ONNXRUNTIME_NODE_INSTALL=skip npm ci --omit=dev --no-fund --no-audit
# onnxruntime for other systems, and what the package `node` was unpacked from.
RUN find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} + \
 && rm -rf node_modules/node/node_modules
COPY models models
COPY migrations migrations
COPY console console
COPY src src
COPY worker-node worker-node
COPY cli cli

FROM debian:bookworm-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin pharos && install -d -o pharos -g pharos -m 0700 /data
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/node_modules/.bin:$PATH ENV=prod DATA_DIR=/data
USER pharos
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/monitoring/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself, not npm: SIGTERM reaches it. `migrate` and the other commands: node cli/main.ts migrate
CMD ["node", "--import", "./src/adapters/quick-imports.ts", "src/runtimes/node.ts"]
