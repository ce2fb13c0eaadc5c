# The pipeline in an image: docker build -t polar-zmanager .
# A project is mounted at /project; /project/.polar is its data, and should be a volume.
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run --silent build && npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
COPY --from=build /app/package.json /app/
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/flows /app/flows
COPY --from=build /app/actionmappings /app/actionmappings
COPY --from=build /app/policies /app/policies
COPY --from=build /app/dist /app/dist
RUN ln -s /app/dist/cli/main.js /usr/local/bin/pzm \
  && ln -s /app/dist/cli/main.js /usr/local/bin/polar-zmanager \
  && mkdir -p /project/.polar && chown -R 1000:1000 /project
USER 1000:1000
WORKDIR /project
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["up"]
