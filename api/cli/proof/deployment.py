"""The tested deployment as its clients see it: its addresses, and signed-in accounts."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, Self

import httpx

from api.cli.client import Refused, ServerUnavailable, SignedIn, SignedOut, ask, sign_out
from api.cli.credential import Credential
from api.cli.proof.plan import NotProven
from domain.backoff import Backoff

REQUEST_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
LONGEST_SIGN_IN_PAUSE = 30.0


def pause() -> Backoff:
    """The backoff between a client's attempts."""
    return Backoff(FIRST_PAUSE, LONGEST_PAUSE)


class Deployment:
    """An HTTP client for each address; requests go to a random one."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        self.addresses = addresses
        self._clients = {a: httpx.AsyncClient(base_url=a, timeout=REQUEST_SECONDS) for a in addresses}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for client in self._clients.values():
            await self._stack.enter_async_context(client)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def any_address(self) -> str:
        """One of the addresses."""
        return random.choice(self.addresses)  # noqa: S311 - spreads load

    def any(self) -> httpx.AsyncClient:
        """The client of one of the addresses."""
        return self._clients[self.any_address()]


class Account:
    """An account with one session, shared by all callers and replaced once it is no longer valid."""

    def __init__(self, deployment: Deployment, credential: Credential) -> None:
        self.deployment, self._credential = deployment, credential
        self.label = credential.label
        self._task: asyncio.Task[SignedIn] | None = None
        self._current: SignedIn | None = None
        self._pause = Backoff(1.0, LONGEST_SIGN_IN_PAUSE)  # a server allows an account ten attempts in five minutes

    async def session(self) -> SignedIn:
        """The session, started if there is none. Raises ServerUnavailable and Refused to all waiting callers."""
        task = self._task
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._task = asyncio.create_task(self._sign_in(again=task is not None))
            task.add_done_callback(lambda t: t.cancelled() or t.exception())  # retrieved even if nobody waits any more
        return await asyncio.shield(task)

    async def _sign_in(self, *, again: bool) -> SignedIn:
        if again:
            await self._pause.wait()
        session = self._current = await self._credential.begin(self.deployment.any())
        self._pause.reset()
        return session

    async def wait_for_session(self, seconds: float) -> SignedIn:
        """The session, requested until a server answers. Raises NotProven after this many seconds, and Refused."""
        end = time.monotonic() + seconds
        while True:
            try:
                return await self.session()
            except ServerUnavailable as error:
                if time.monotonic() > end:
                    raise NotProven(f"Nobody answered for {seconds:.0f} seconds ({error})") from error

    def drop(self, session: SignedIn) -> None:
        """Forget this session, which is no longer valid."""
        if self._current is session:
            self._task = self._current = None

    async def ask(self, query: str, variables: Mapping[str, Any], **headers: str) -> dict[str, Any]:
        """The data of one GraphQL request to any address. Raises ServerUnavailable, SignedOut and Refused."""
        session = await self.session()
        try:
            return await ask(self.deployment.any(), query, variables, session.token, **headers)
        except SignedOut:
            self.drop(session)
            raise

    async def sign_out(self) -> None:
        """End the session, if there is one and a server answers."""
        session = self._current
        if session is not None:
            self.drop(session)
            with contextlib.suppress(ServerUnavailable, SignedOut, Refused):
                await sign_out(self.deployment.any(), session)

    async def ask_with_retry(
        self, query: str, variables: Mapping[str, Any], seconds: float, **headers: str
    ) -> dict[str, Any]:
        """The data of an idempotent request, repeated until it is answered.

        Raises NotProven after this many seconds, and Refused.
        """
        end, waits = time.monotonic() + seconds, pause()
        while True:
            try:
                return await self.ask(query, variables, **headers)
            except (ServerUnavailable, SignedOut) as error:
                if time.monotonic() > end:
                    raise NotProven(f"Nobody answered for {seconds:.0f} seconds ({error})") from error
            await waits.wait()
