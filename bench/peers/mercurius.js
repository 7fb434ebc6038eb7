// Mercurius on Fastify, with its own Redis emitter.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import mqemitterRedis from 'mqemitter-redis';

import { channel, port, redisUrl, typeDefs } from './schema.js';

const resolvers = {
  Subscription: {
    userChanged: { subscribe: (_, __, { pubsub }) => pubsub.subscribe(channel) },
  },
};
const emitter = mqemitterRedis({ connectionString: redisUrl });
const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, subscription: { emitter } });
app.get('/', () => 'ok');
await app.listen({ port, host: '127.0.0.1', backlog: 4096 });
