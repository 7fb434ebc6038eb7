"""Mutation testing of the domain: each rule is broken in turn, and some unit test must see it."""
