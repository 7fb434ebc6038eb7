// Mercurius on Fastify, with graphql-jit: a document is compiled after its first execution.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';

import { connectionString, poolSize, port, resolversOver, typeDefs } from './users.js';

const pool = new pg.Pool({ connectionString, min: poolSize, max: poolSize });
const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers: resolversOver(pool), jit: 1 });
await app.listen({ port, host: '127.0.0.1' });
