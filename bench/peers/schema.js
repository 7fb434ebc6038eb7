// The schema of both Node peers, with their port and the address of Redis.
export const port = Number(process.env.PORT);
export const redisUrl = process.env.REDIS_URL;
export const channel = 'userChanged';

export const typeDefs = `
  type User {
    id: ID!
    email: String!
    displayName: String!
    role: String!
    status: String!
    updatedAt: String!
  }
  type UserEvent {
    cursor: String!
    type: String!
    user: User!
  }
  type Query {
    ok: Boolean
  }
  type Subscription {
    userChanged: UserEvent!
  }
`;
