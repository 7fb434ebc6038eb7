"""Whether another service, on which the operator depends, answers (HEALTH_EXTERNAL_URLS)."""

from __future__ import annotations

import asyncio
import ssl

SECONDS = 0.8
"""Less than a request waits for checks (api/http/health.py)."""


class ExternalApi:
    """One address; it answers if it returns a status of success to a GET. Redirects are not followed."""

    def __init__(self, url: str) -> None:
        import httpx  # noqa: PLC0415 - few servers have such addresses

        self._url, self._client, self._failures = url, httpx.AsyncClient, (httpx.HTTPError, OSError)
        self._verify = ssl.create_default_context() if url.startswith("https:") else False

    async def answers(self) -> str | None:
        """What is wrong, without the address, which may contain a password; None if it answers."""
        try:
            async with asyncio.timeout(SECONDS):
                status = await self._status()
        except TimeoutError:
            return "it does not answer in time"
        except self._failures as error:
            return f"it cannot be reached ({type(error).__name__})"
        return None if 200 <= status < 300 else f"it answers with the status {status}"

    async def _status(self) -> int:
        """The status of the response, whose body is not read."""
        client = self._client(verify=self._verify, timeout=2 * SECONDS)
        async with client, client.stream("GET", self._url) as response:
            return response.status_code
