// graphql-ws over ws: graphql-js executes for each subscriber, one Redis connection feeds them all.
import { createServer } from 'node:http';

import { makeExecutableSchema } from '@graphql-tools/schema';
import { createPubSub } from '@graphql-yoga/subscription';
import { useServer } from 'graphql-ws/use/ws';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';

import { channel, port, redisUrl, typeDefs } from './schema.js';

const pubsub = createPubSub();
const redis = new Redis(redisUrl);
await redis.subscribe(channel);
redis.on('message', (_, message) => pubsub.publish(channel, JSON.parse(message)));

const resolvers = {
  Subscription: {
    userChanged: { subscribe: () => pubsub.subscribe(channel), resolve: (event) => event },
  },
};
const server = createServer((_, response) => response.end('ok'));
useServer(
  { schema: makeExecutableSchema({ typeDefs, resolvers }) },
  new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false }),
  0,
);
server.listen({ port, host: '127.0.0.1', backlog: 4096 });
