"""Reads from the deployment: its audit trail from one event to another, and the accounts of this run."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from api.cli.proof.checks import Entry, Found
from api.cli.proof.deployment import Account
from api.cli.proof.deployment import pause as backoff
from api.cli.proof.ledger import Write
from api.cli.proof.plan import NotProven

PAGE = 100
PAGES_MAX = 20_000
ERASED_AT_ONCE = 4
ENTRIES = f"""query Entries($after: String, $filter: EventFilter) {{
  events(first: {PAGE}, after: $after, filter: $filter) {{
    edges {{ cursor node {{ id cursor type userId changes {{ field after }} }} }} pageInfo {{ hasNextPage }}
  }}
}}"""
ACCOUNTS = f"""query People($search: String!, $after: String) {{
  users(first: {PAGE}, after: $after, search: $search) {{
    edges {{ cursor node {{ id email displayName version }} }} pageInfo {{ hasNextPage }}
  }}
}}"""
ERASE = "mutation Erase($id: ID!) { eraseUser(id: $id) { __typename ... on Problem { code message } } }"


async def event_of(account: Account, write: Write, seconds: float) -> Entry | None:
    """The event of a write, after waiting for it to appear in the log; None if it does not. Raises NotProven, Refused."""
    end, pause = time.monotonic() + seconds, backoff()
    user_id = write.person.id if write.person else ""
    while True:
        page = (await account.ask_with_retry(ENTRIES, {"filter": {"userId": user_id}}, seconds))["events"]
        for edge in page["edges"]:
            if (entry := _entry(edge["node"])).mark == write.mark:
                return entry
        if time.monotonic() > end:
            return None
        await pause.wait()


async def entries_since(account: Account, first: Entry, seconds: float) -> list[Entry]:
    """The log from this event on, oldest first; each page within this many seconds. Raises NotProven and Refused."""
    found: list[Entry] = []
    after: str | None = None
    for _ in range(PAGES_MAX):
        page = (await account.ask_with_retry(ENTRIES, {"after": after}, seconds))["events"]
        for edge in page["edges"]:
            after = edge["cursor"]
            found.append(_entry(edge["node"]))
            if found[-1].id == first.id:
                return found[::-1]
        if not page["pageInfo"]["hasNextPage"]:
            raise NotProven("The log no longer contains the start of this run")
    raise NotProven(f"More than {PAGE * PAGES_MAX} events were written during this run")


async def accounts(account: Account, prefix: str, seconds: float) -> list[Found]:
    """All accounts whose address has this prefix. Raises NotProven and Refused."""
    found: list[Found] = []
    after: str | None = None
    while True:
        page = (await account.ask_with_retry(ACCOUNTS, {"search": prefix, "after": after}, seconds))["users"]
        nodes = [edge["node"] for edge in page["edges"]]
        found += [Found(n["id"], n["email"], n["displayName"], n["version"]) for n in nodes]
        if not page["pageInfo"]["hasNextPage"]:
            return [f for f in found if f.email.startswith(prefix)]
        after = page["edges"][-1]["cursor"]


async def erase(account: Account, prefix: str, seconds: float) -> int:
    """Erase all accounts whose address has this prefix, within about this many seconds; returns how many are left.

    Raises NotProven if no server answers, and Refused.
    """
    turns = asyncio.Semaphore(ERASED_AT_ONCE)
    end = time.monotonic() + seconds

    async def remove(user_id: str) -> bool:
        async with turns:
            left = max(0.0, end - time.monotonic())
            payload = (await account.ask_with_retry(ERASE, {"id": user_id}, left))["eraseUser"]
            return bool(payload["__typename"] == "Done" or payload.get("code") == "NOT_FOUND")

    found = await accounts(account, prefix, seconds)
    removed = await asyncio.gather(*(remove(f.id) for f in found), return_exceptions=True)
    return sum(g is not True for g in removed)


def _entry(node: dict[str, Any]) -> Entry:
    after = {change["field"]: change["after"] for change in node["changes"]}
    return Entry(node["id"], node["cursor"], node["type"], node["userId"], after.get("displayName"), after.get("email"))
