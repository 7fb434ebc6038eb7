"""Sending webhooks: what counts as accepted, how faults are told, and which addresses are never connected to."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.webhooks.addresses import Addresses, Resolve
from api.webhooks.transport import NOT_ALLOWED, HttpWebhookTransport
from domain.models.webhook_delivery import Message, NotAccepted
from tests.receiver import CLOSE, STALL, Receiver, receiving

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]
NAME = "receiver.example"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


def message(url: str) -> Message:
    return Message(url, (("content-type", "application/json"), ("webhook-id", "1")), b'{"a":1}')


def resolver(*addresses: str) -> Resolve:
    """Resolves every name to these addresses."""

    async def found(host: str, port: int) -> Sequence[str]:
        del host, port
        return addresses

    return found


def transport(*found: str, seconds: float = 60.0, tls: ssl.SSLContext | None = None) -> HttpWebhookTransport:
    """A transport that may send to this machine, and resolves every name to it or to `found`."""
    return HttpWebhookTransport(
        Addresses(LOOPBACK), seconds=seconds, tls=tls, resolve=resolver(*(found or ("127.0.0.1",)))
    )


async def test_a_message_is_posted_as_it_is(receiver: Receiver) -> None:
    assert await transport().send(message(receiver.url(NAME))) == 200
    (received,) = receiver.received
    assert received.line == "POST /hook?key=of-the-receiver HTTP/1.1"
    assert received.headers["host"] == f"{NAME}:{receiver.port}"
    assert received.headers["webhook-id"] == "1"
    assert received.headers["content-length"] == "7"
    assert received.body == b'{"a":1}'


@pytest.mark.parametrize("status", ["201 Created", "202 Accepted", "204 No Content"])
async def test_every_status_of_success_is_accepted(receiver: Receiver, status: str) -> None:
    receiver.answer = status
    assert str(await transport().send(message(receiver.url()))) == status[:3]


@pytest.mark.parametrize(
    ("answer", "status", "wait"),
    [
        ("500 No", 500, None),
        ("400 No", 400, None),
        ("410 Gone", 410, None),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", 302, None),
        ("307 Again\r\nlocation: /other", 307, None),
        ("429 Slowly\r\nretry-after: 120", 429, 120),
        ("503 No\r\nRetry-After: Fri, 27 Nov 2026 10:00:00 GMT", 503, None),
        ("503 No\r\nretry-after: -1", 503, None),
        ("503 No\r\nretry-after: 99999999999", 503, None),
    ],
)
async def test_another_status_is_not_accepted_and_no_redirect_is_followed(
    receiver: Receiver, answer: str, status: int, wait: int | None
) -> None:
    receiver.answer = answer
    with pytest.raises(NotAccepted) as raised:
        await transport().send(message(receiver.url()))
    assert raised.value.status == status
    assert raised.value.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert str(status) in raised.value.reason
    assert len(receiver.received) == 1


async def test_a_receiver_that_does_not_answer_is_not_waited_for(receiver: Receiver) -> None:
    receiver.answer = STALL
    with pytest.raises(NotAccepted, match="did not answer within") as raised:
        await transport(seconds=0.3).send(message(receiver.url()))
    assert raised.value.status is None


@pytest.mark.parametrize("fault", ["closes", "refuses", "unresolved"])
async def test_a_receiver_that_cannot_be_reached_is_reported_without_its_address(
    receiver: Receiver, fault: str
) -> None:
    receiver.answer, url, sending = CLOSE, receiver.url(NAME), transport()
    if fault == "refuses":
        url = "http://receiver.example:1/?key=of-the-receiver"
    if fault == "unresolved":

        async def fail(host: str, port: int) -> Sequence[str]:
            raise OSError(f"{host}:{port}")

        sending = HttpWebhookTransport(Addresses(LOOPBACK), resolve=fail)
    with pytest.raises(NotAccepted) as raised:
        await sending.send(message(url))
    assert raised.value.status is None
    assert NAME not in raised.value.reason
    assert "of-the-receiver" not in raised.value.reason


FORBIDDEN = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address that a name may resolve to
    "224.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.1",
    "240.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_that_are_not_of_the_public_internet_are_not_allowed(address: str) -> None:
    assert not Addresses([]).allows(ipaddress.ip_address(address), secure=True)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_are_allowed_over_tls_alone(address: str) -> None:
    assert Addresses([]).allows(ipaddress.ip_address(address), secure=True)
    assert not Addresses([]).allows(ipaddress.ip_address(address), secure=False)


def test_networks_of_the_setting_are_allowed_also_without_tls() -> None:
    addresses = Addresses([ipaddress.ip_network("10.20.0.0/16"), ipaddress.ip_network("fd00::/8")])
    for allowed in ("10.20.1.1", "fd00::1"):
        assert addresses.allows(ipaddress.ip_address(allowed), secure=False)
    for other in ("10.21.1.1", "fc00::1", "127.0.0.1"):
        assert not addresses.allows(ipaddress.ip_address(other), secure=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", NAME])
async def test_no_connection_is_made_to_this_machine_whatever_it_is_called(receiver: Receiver, host: str) -> None:
    real = HttpWebhookTransport(Addresses([]))
    named = HttpWebhookTransport(Addresses([]), resolve=resolver("127.0.0.1", "::1", "::ffff:127.0.0.1"))
    for scheme in ("http", "https"):
        with pytest.raises(NotAccepted) as raised:
            await (named if host == NAME else real).send(message(receiver.url(host, scheme)))
        assert raised.value.reason in (NOT_ALLOWED, "The host cannot be resolved")
    assert not receiver.connections


async def test_the_checked_address_is_the_one_that_is_connected_to(receiver: Receiver) -> None:
    """A name that resolves to another address at each lookup is looked up once."""
    lookups: list[str] = []

    async def changing(host: str, port: int) -> Sequence[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["127.0.0.2"]

    sending = HttpWebhookTransport(Addresses([ipaddress.ip_network("127.0.0.1/32")]), resolve=changing)
    assert await sending.send(message(receiver.url(NAME))) == 200
    assert lookups == [NAME]
    with pytest.raises(NotAccepted, match="WEBHOOK_ALLOWED_NETWORKS"):
        await sending.send(message(receiver.url(NAME)))


async def test_of_several_addresses_only_allowed_ones_are_tried(receiver: Receiver) -> None:
    assert await transport("10.0.0.1", "127.0.0.1").send(message(receiver.url(NAME))) == 200


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A receiver's TLS for NAME, and a sender's that trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "pem").write_bytes(pem + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_tls_is_verified_by_the_name_not_by_the_address(tmp_path: Path) -> None:
    serving, trusting = certificate(tmp_path)
    async with receiving(serving) as receiver:
        assert await transport(tls=trusting).send(message(receiver.url(NAME, "https"))) == 200
        for other, host in ((trusting, "other.example"), (None, NAME)):
            with pytest.raises(NotAccepted, match="certificate is not valid"):
                await transport(tls=other).send(message(receiver.url(host, "https")))


async def test_several_messages_are_sent_at_the_same_time(receiver: Receiver) -> None:
    sending = transport()
    await asyncio.gather(*(sending.send(message(receiver.url())) for _ in range(10)))
    assert len(receiver.received) == 10
