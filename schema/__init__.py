"""The GraphQL API: types, resolvers and loaders over the domain services; no SQL, no Redis, no HTTP."""
