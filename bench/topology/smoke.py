"""What a visitor and a client of each kind see through the gateway, before anything is broken."""

from __future__ import annotations

import asyncio

import httpx

from api.cli.client import ask, sign_in
from bench.process import StartError

ME = "query { me { email role } }"


def check(url: str, email: str, password: str) -> None:
    """Raises StartError."""
    asyncio.run(_check(url, email, password))


async def _check(url: str, email: str, password: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        page = await http.get("/sign-in")
        if page.status_code != 200 or "<form" not in page.text:
            raise StartError(f"The page to sign in has status {page.status_code}")
        session = await sign_in(http, email, password)
        me = (await ask(http, ME, {}, session.token))["me"]
        if me != {"email": email, "role": "ADMIN"}:
            raise StartError(f"The API says that {email} is {me}")
        listed = await http.get("/api/v1/users", headers={"authorization": f"Bearer {session.token}"})
        if listed.status_code != 200 or listed.json()["success"] is not True:
            raise StartError(f"v1 answers with status {listed.status_code}")
