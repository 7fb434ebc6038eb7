// PostGraphile 5 with the Amber preset, on node:http.
import { createServer } from 'node:http';

import { grafserv } from 'grafserv/node';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

import { connectionString, poolSize, port } from './users.js';

const service = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ['peers'], poolConfig: { min: poolSize, max: poolSize } })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
}).createServ(grafserv);
const server = createServer();
await service.addTo(server);
server.listen(port, '127.0.0.1');
