// What the Node peers share: the address of the database, and for Mercurius the schema, its SQL and its resolvers.
import pg from 'pg';

export const port = Number(process.env.PORT);
export const connectionString = process.env.DATABASE_URL;
export const poolSize = Number(process.env.POOL_SIZE);

const TIMESTAMP_WITH_ZONE = 1184;
pg.types.setTypeParser(TIMESTAMP_WITH_ZONE, (text) => text.replace(' ', 'T') + ':00'); // text instead of a Date

const columns = 'id, email, display_name, role, status, created_at';
const statements = {
  user: `select ${columns} from peers.users where id = $1`,
  first: `select ${columns} from peers.users order by created_at, id limit $1`,
  after: `select ${columns} from peers.users where (created_at, id) > ($2, $3) order by created_at, id limit $1`,
  search: `select ${columns} from peers.users where search @@ to_tsquery('simple', $2) order by created_at, id limit $1`,
  update: `update peers.users set display_name = $2, updated_at = now() where id = $1 returning ${columns}`,
};

export const typeDefs = `
  enum Role { MEMBER AUDITOR ADMIN }
  enum Status { ACTIVE DISABLED DELETED }
  type User {
    id: ID!
    email: String!
    displayName: String!
    role: Role!
    status: Status!
    createdAt: String!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type UserEdge { cursor: String! node: User! }
  type UserConnection { edges: [UserEdge!]! pageInfo: PageInfo! }
  type Query {
    user(id: ID!): User
    users(first: Int = 20, after: String, search: String): UserConnection!
  }
  type Mutation { updateUser(id: ID!, displayName: String!): User }
`;

export function resolversOver(pool) {
  // A named statement is prepared once for each connection.
  const read = async (name, values) => (await pool.query({ name, text: statements[name], values })).rows;
  const one = async (name, values) => {
    const [row] = await read(name, values);
    return row ? user(row) : null;
  };
  const page = (first, after, search) => {
    if (search) return read('search', [first + 1, `${search}:*`]);
    return after ? read('after', [first + 1, ...decode(after)]) : read('first', [first + 1]);
  };
  return {
    Query: {
      user: (_, { id }) => one('user', [id]),
      users: async (_, { first, after, search }) => connection(await page(first, after, search), first),
    },
    Mutation: { updateUser: (_, { id, displayName }) => one('update', [id, displayName]) },
  };
}

function connection(rows, first) {
  const edges = rows.slice(0, first).map((row) => ({ cursor: encode(row), node: user(row) }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}

function user(row) {
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    role: row.role.toUpperCase(),
    status: row.status.toUpperCase(),
    createdAt: row.created_at,
  };
}

const encode = (row) => Buffer.from(`${row.created_at} ${row.id}`).toString('base64url');
const decode = (cursor) => Buffer.from(cursor, 'base64url').toString().split(' ');
