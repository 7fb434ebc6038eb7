"""The headers Deprecation (RFC 9745) and Sunset (RFC 8594) of v1, by setting."""

from __future__ import annotations

from tests.api.conftest import Api, Server, settings_for

FROM, UNTIL = "@1798761600", "Sat, 01 Jan 2028 00:00:00 GMT"
"""The first of January of 2027 and of 2028, in UTC."""
V1 = ("/api/v1/users", "/api/v1/nowhere", "/admin/users", "/api/v1/openapi.json", "/api/v1/docs")
OTHERS = ("/health", "/graphql", "/livez", "/api/nowhere")


async def test_every_response_of_v1_has_the_headers_and_no_other(database_url: str, redis_url: str) -> None:
    dates = {"rest_deprecation": "2027-01-01", "rest_sunset": "2028-01-01"}
    with Server(settings_for(database_url, redis_url, cors_origins="https://a.example", **dates)) as server:
        api = Api(server)
        async with api.http:
            v1 = [(await api.http.get(path)).headers for path in V1]
            others = [(await api.http.get(path)).headers for path in OTHERS]
            shared = (await api.http.get(V1[0], headers={"origin": "https://a.example"})).headers
            described = (await api.http.get("/api/v1/openapi.json")).json()
    assert [(h["deprecation"], h["sunset"]) for h in v1] == [(FROM, UNTIL)] * len(V1)
    assert not [h for h in others if "deprecation" in h or "sunset" in h]
    assert {"deprecation", "sunset"} <= set(shared["access-control-expose-headers"].split(", "))
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert all(operation["deprecated"] for operation in operations)
    responses = [response for operation in operations for response in operation["responses"].values()]
    assert all({"Deprecation", "Sunset"} <= response["headers"].keys() for response in responses)
    assert {"Deprecation", "Sunset"} <= described["components"]["headers"].keys()


async def test_without_the_settings_nothing_is_announced(api: Api) -> None:
    headers = (await api.http.get(V1[0])).headers
    assert not {"deprecation", "sunset"} & set(headers)
    assert "eprecat" not in (await api.http.get("/api/v1/openapi.json")).text
