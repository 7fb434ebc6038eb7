"""`make docs-test`: the examples of docs/how-to/graphql-clients.md, which need packages that nothing else here needs."""
