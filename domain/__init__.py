"""The rules of Rollcall: standard library and pydantic only, no SQL, no Redis, no HTTP."""
