"""The v1 REST shim: the contract of legacy clients over the same services."""
