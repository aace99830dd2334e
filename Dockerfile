# One image for every service: the command says which, e.g. `docker run tideway services/web/dist/main.js`.
FROM node:24.9.0-bookworm-slim AS build
WORKDIR /tideway
COPY . .
# The embedded platform is not wanted here, but the compiler comes as an optional package for each system.
RUN npm ci --no-audit --no-fund && npm run build

FROM node:24.9.0-bookworm-slim
ENV NODE_ENV=production NODE_OPTIONS=--disable-warning=TimeoutNegativeWarning
WORKDIR /tideway
COPY package.json package-lock.json ./
COPY --from=build /tideway/libs libs
COPY --from=build /tideway/services services
COPY --from=build /tideway/schemas schemas
# Without optional packages: ClickHouse is one of half a gigabyte. The image has Node already: no script installs another.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node"]
