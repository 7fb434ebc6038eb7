# The console: `docker build --file deploy/console.Dockerfile .` from the project's root.
FROM node:24-trixie-slim AS build

ENV NPM_CONFIG_UPDATE_NOTIFIER=false
WORKDIR /app
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --ignore-scripts --no-progress
COPY frontend/tsconfig.json frontend/vite.config.ts ./
COPY frontend/scripts/breakpoints.js frontend/scripts/request-garbage.js frontend/scripts/tracked-url.js scripts/
COPY frontend/static static
COPY frontend/src src
RUN npm run build
# What the server needs when it runs: all else is in the build.
RUN npm prune --omit=dev --ignore-scripts

FROM node:24-trixie-slim

ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /app/package.json package.json
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/build build
COPY frontend/server server
COPY frontend/server.js server.js

# The image's own ordinary user, by number, so that it can be told from root without asking the image.
USER 1000
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:3000/robots.txt').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "server.js"]
