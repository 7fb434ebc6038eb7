"""Mutation tests of the domain: each rule is broken in turn, and a unit test must detect it."""
