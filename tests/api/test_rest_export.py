"""The export over v1: whom the file has, what it shows to whom, and that it can be imported."""

from __future__ import annotations

import csv
import json
import secrets

import pytest

from api.files.writer import COLUMNS
from tests.api.conftest import Api, Person
from tests.api.rest import code

PATH = "/api/v1/users/export"


async def exported(api: Api, by: Person, query: str = "") -> list[dict[str, str]]:
    """The rows of a CSV export."""
    response = await api.http.get(PATH + query, headers=by.bearer)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="users-')
    return list(csv.DictReader(response.text.splitlines()))


async def test_the_file_has_the_users_that_a_list_would_show(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    names = [f"Person {i:03}" for i in range(230)]
    for start in range(0, 230, 115):  # over several pages of the directory
        content = "email,display_name,status\n" + "".join(
            f"{n.replace(' ', '').lower()}@example.com,{n},{'disabled' if n.endswith('7') else ''}\n"
            for n in names[start : start + 115]
        )
        await api.http.post(
            "/api/v1/users/import", content=content, headers={**admin.bearer, "content-type": "text/csv"}
        )
    rows = await exported(api, admin)
    assert list(rows[0]) == list(COLUMNS)
    assert sorted(r["display_name"] for r in rows if r["email"] != admin.email) == names
    disabled = await exported(api, admin, "?status=disabled&sort=display_name&descending=true")
    assert [r["display_name"] for r in disabled] == [n for n in reversed(names) if n.endswith("7")]
    (found,) = await exported(api, admin, "?email=person042@example.com")
    assert found["display_name"] == "Person 042"
    deleted_id = found["id"]
    assert (await api.rest("DELETE", f"/api/v1/users/{deleted_id}", admin)).status_code == 200
    assert deleted_id not in [r["id"] for r in await exported(api, admin)]
    assert [r["id"] for r in await exported(api, admin, "?status=deleted")] == [deleted_id]


async def test_a_member_exports_what_a_member_sees(api: Api, admin: Person) -> None:
    mark = secrets.token_hex(4)
    member, other = await api.new_user(admin, name=f"Own {mark}"), await api.new_user(admin, name=f"Other {mark}")
    rows = {r["id"]: r for r in await exported(api, member, f"?search={mark}")}
    assert (rows[member.id]["email"], rows[other.id]["email"], rows[other.id]["email_verified"]) == (
        member.email,
        "",
        "",
    )
    assert code(await api.rest("GET", PATH)) == (401, "UNAUTHENTICATED")


async def test_ndjson_is_imported_as_it_is(api: Api, admin: Person) -> None:
    mark = secrets.token_hex(4)
    await api.new_user(admin, name=f"=Sum {mark}")
    response = await api.http.get(f"{PATH}?format=ndjson&search={mark}", headers=admin.bearer)
    assert response.headers["content-type"] == "application/x-ndjson"
    (record,) = map(json.loads, response.text.splitlines())
    assert record["display_name"] == f"=Sum {mark}"
    again = await api.http.post(
        "/api/v1/users/import", content=response.text, headers={**admin.bearer, "content-type": "application/x-ndjson"}
    )
    summary = json.loads(again.text.splitlines()[-1])
    assert (summary["unchanged"], summary["refused"], summary["unused"]) == (1, 0, [])


@pytest.mark.parametrize("query", ["?limit=5", "?format=xml", "?role=king", "?sort=age"])
async def test_a_parameter_that_is_not_valid_is_named(api: Api, admin: Person, query: str) -> None:
    refused = await api.rest("GET", PATH + query, admin)
    assert code(refused) == (400, "MALFORMED_REQUEST")
    assert query[1:].partition("=")[0] in refused.json()["error"]["message"]


async def test_a_search_that_is_too_long_is_refused_before_the_file_begins(api: Api, admin: Person) -> None:
    assert code(await api.rest("GET", f"{PATH}?search={'x' * 300}", admin)) == (422, "VALIDATION_ERROR")
    assert code(await api.rest("GET", f"{PATH}?sort=relevance", admin)) == (422, "VALIDATION_ERROR")
