// Bun's own server (uWebSockets) and its own Redis client, with one topic for all sockets. No GraphQL, no authentication, no limits.
import { RedisClient, serve } from 'bun';

const channel = 'userChanged';
const server = serve({
  hostname: '127.0.0.1',
  port: Number(process.env.PORT),
  fetch: (request, server) =>
    server.upgrade(request, { headers: { 'Sec-WebSocket-Protocol': 'graphql-transport-ws' } }) ? undefined : new Response('ok'),
  websocket: {
    perMessageDeflate: false,
    message(socket, text) {
      const message = JSON.parse(text);
      if (message.type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (message.type === 'subscribe') socket.subscribe(channel);
    },
  },
});
const redis = new RedisClient(process.env.REDIS_URL);
await redis.subscribe(channel, (event) =>
  server.publish(channel, `{"id":"1","type":"next","payload":{"data":{"userChanged":${event}}}}`),
);
