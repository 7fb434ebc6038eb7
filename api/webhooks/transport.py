"""Sending webhooks by HTTP POST: one connection a message, no proxy, no redirect, and nothing read but the status."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpcore

from api.webhooks.addresses import Addresses, AddressNotAllowed, CheckedNetwork, Resolve, resolve
from domain.models.webhook_delivery import Message, NotAccepted

SEND_SECONDS = 20.0
"""The longest that a receiver may take; less than the lease of a delivery."""
NOT_ALLOWED = "The host has no address to which webhooks may be sent (WEBHOOK_ALLOWED_NETWORKS)"


class HttpWebhookTransport:
    """See WebhookTransport. `tls` replaces the certificates that are trusted, and `resolve` the system's resolver."""

    def __init__(
        self,
        addresses: Addresses,
        *,
        seconds: float = SEND_SECONDS,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._seconds, self._tls = seconds, tls or ssl.create_default_context()
        self._networks = {
            scheme: CheckedNetwork(addresses, secure=scheme == "https", resolve=resolve) for scheme in ("http", "https")
        }

    async def send(self, message: Message) -> int:
        """See WebhookTransport."""
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._post(message)
        except TimeoutError:
            raise NotAccepted(f"It did not answer within {self._seconds:g} seconds") from None
        except AddressNotAllowed:
            raise NotAccepted(NOT_ALLOWED) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise NotAccepted(_reason(error)) from None
        if 200 <= response.status < 300:
            return response.status
        raise NotAccepted(f"It answered with the status {response.status}", response.status, _retry_after(response))

    async def _post(self, message: Message) -> httpcore.Response:
        network = self._networks[urlsplit(message.url).scheme]
        async with (
            httpcore.AsyncConnectionPool(self._tls, network_backend=network) as pool,
            pool.stream("POST", message.url, headers=_headers(message), content=message.body) as response,
        ):
            return response


def _headers(message: Message) -> list[tuple[str, str]]:
    return [("host", urlsplit(message.url).netloc), *message.headers, ("content-length", str(len(message.body)))]


def _reason(error: Exception) -> str:
    """What has happened, without the address, which may contain a credential."""
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "Its certificate is not valid"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "No TLS connection could be made"
    text = str(error)
    return text if text == "The host cannot be resolved" else f"It cannot be reached ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _retry_after(response: httpcore.Response) -> timedelta | None:
    """The seconds of Retry-After (RFC 9110 section 10.2.3); its other form, a date, is not used."""
    for name, value in response.headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 7:
            return timedelta(seconds=int(value))
    return None
