"""What schemathesis needs to know about v1 to test it against its own OpenAPI document (tests/api/test_openapi.py)."""
