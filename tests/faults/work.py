"""Two instances at work during a fault: writers and subscribers at both, and the assertions that must hold."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from typing import Any

import httpx

from api.bootstrap.container import Container
from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from domain.cursors import parse_cursor
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.conftest import throwaway
from tests.faults.proxy import Proxy
from tests.integration.logs import PATIENCE, session, until

PACE_SECONDS = 0.02
RENAME = """mutation($i: UpdateUserInput!) { updateUser(input: $i) {
  __typename ... on UserPayload { cursor } ... on Problem { code message } } }"""
EVENTS = """subscription { userEvents {
  __typename ... on Event { id changes { field after } } ... on Heartbeat { cursor } ... on ResyncRequired { reason } } }"""
LOG = "select id::text from events where seq > $1 order by seq"


class Duo:
    """Two instances with their own engines, and a proxy between each instance and Redis."""

    def __init__(self, engines: Embedded, proxies: Sequence[Proxy], servers: Sequence[Server]) -> None:
        self.engines, self.proxies, self.servers = engines, proxies, servers

    @property
    def containers(self) -> list[Container]:
        """The parts of the instances."""
        return [c for s in self.servers if (c := s.application.container) is not None]

    def one_leads(self) -> bool:
        """Whether one relay numbers events, and the other does not."""
        return sum(c.relay.leading for c in self.containers) == 1


@contextmanager
def duo() -> Iterator[Duo]:
    """Two instances; the first one leads at the start."""
    engines = throwaway()
    with ExitStack() as stack:
        stack.callback(engines.remove)
        engines.start()
        assert engines.valkey.port is not None
        settings = settings_for(engines.postgres.url, engines.valkey.url)
        upgrade(settings.database_url)
        asyncio.run(ensure_first_admin(settings))
        proxies, servers = [], []
        for _ in range(2):
            proxy = stack.enter_context(Proxy(engines.valkey.port))
            url = engines.valkey.url.replace(f":{engines.valkey.port}/", f":{proxy.port}/")
            own = settings.model_copy(update={"redis_url": type(settings.redis_url)(url)})
            servers.append(stack.enter_context(Server(own)))
            proxies.append(proxy)
        yield Duo(engines, proxies, servers)


class Writer:
    """Renames one user repeatedly through one instance."""

    def __init__(self, api: Api, admin: Person, user: Person, name: str) -> None:
        self._api, self._admin, self._user, self.name = api, admin, user, name
        self.stopped = False
        self.tried = 0
        self.acknowledged: list[str] = []
        self.refused: list[Any] = []
        self.seconds: list[float] = []

    @property
    def user_id(self) -> str:
        """The user that it renames."""
        return self._user.id

    def is_own(self, name: str) -> bool:
        """Whether it wrote this name."""
        return name.partition(" ")[0] == self.name

    @property
    def slowest(self) -> float:
        """Seconds that the slowest write took."""
        return max(self.seconds, default=0.0)

    async def run(self) -> None:
        """Write until it is stopped."""
        while not self.stopped:
            await self.write()
            await asyncio.sleep(PACE_SECONDS)

    async def write(self) -> str:
        """Write once; returns the new name."""
        name = f"{self.name} {self.tried}"
        self.tried += 1
        began = time.monotonic()
        answer = await self._api.graphql(RENAME, {"i": {"id": self._user.id, "displayName": name}}, self._admin)
        self.seconds.append(time.monotonic() - began)
        payload = (answer.get("data") or {}).get("updateUser") or {}
        if payload.get("__typename") == "UserPayload" and "errors" not in answer:
            self.acknowledged.append(name)
        else:
            self.refused.append(answer)
        return name


class Reader:
    """Subscribes once to all events, and records them."""

    def __init__(self) -> None:
        self.start = 0
        self.ids: list[str] = []
        self.names: list[str] = []
        self.live = asyncio.Event()

    async def run(self, api: Api, admin: Person) -> None:
        """Read one stream, which must not end."""
        async with api.socket(admin) as socket:
            await socket.subscribe("1", EVENTS)
            while True:
                self._take((await socket.next("1"))["userEvents"])

    def _take(self, message: dict[str, Any]) -> None:
        if message["__typename"] == "Event":
            self.ids.append(message["id"])
            self.names += [c["after"] for c in message["changes"] if c["field"] == "displayName"]
            return
        assert message["__typename"] == "Heartbeat", message
        if not self.live.is_set():
            cursor = parse_cursor(message["cursor"])
            assert cursor is not None
            assert cursor.seq is not None
            self.start = cursor.seq
            self.live.set()


class Watcher:
    """Subscribes once to messages that contain a user, and records the names."""

    def __init__(self) -> None:
        self.names: list[str] = []

    async def run(self, api: Api, admin: Person, query: str, variables: dict[str, Any]) -> None:
        """Read one stream, which must not end."""
        async with api.socket(admin) as socket:
            await socket.subscribe("1", query, variables)
            while True:
                (message,) = (await socket.next("1")).values()
                if "user" in message:
                    self.names.append(message["user"]["displayName"])


class Work:
    """The writers and readers of a test. `apis` are clients of the instances, `admin` is signed in."""

    def __init__(self, place: Duo, apis: Sequence[Api], admin: Person, writers: Sequence[Writer]) -> None:
        self.duo, self.apis, self.admin, self.writers = place, apis, admin, writers
        self.readers = [Reader() for _ in apis]
        self.watchers: list[Watcher] = []
        self._reading: list[asyncio.Task[None]] = []
        self._writing: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the readers, then the writers."""
        for reader, api in zip(self.readers, self.apis, strict=True):
            self._reading.append(asyncio.create_task(reader.run(api, self.admin)))
        await self.until(lambda: all(r.live.is_set() for r in self.readers))
        self._writing += [asyncio.create_task(w.run()) for w in self.writers]

    async def watch(self, query: str, **variables: Any) -> None:
        """Start a watcher at each instance, whose query must show every write of the first writer."""
        for api in self.apis:
            watcher = Watcher()
            self._reading.append(asyncio.create_task(watcher.run(api, self.admin, query, variables)))
            self.watchers.append(watcher)
        await self.until(lambda: all(w.names for w in self.watchers))

    async def stop(self) -> None:
        """Stop all writers and readers."""
        for task in (tasks := self._reading + self._writing):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def until(self, condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Return once the condition holds; raises what a writer or a reader raised meanwhile."""

        def is_true() -> Any:
            for task in self._reading + self._writing:
                if task.done() and not task.cancelled():
                    task.result()
            return condition()

        await until(is_true, seconds)

    async def more(self, count: int = 10) -> None:
        """Return once each writer has had this many more writes acknowledged."""
        wanted = {w: len(w.acknowledged) + count for w in self.writers}
        await self.until(lambda: all(len(w.acknowledged) >= n for w, n in wanted.items()))

    async def all_received(self) -> None:
        """Return once every reader has received all writes that are acknowledged now."""
        wanted = {w.acknowledged[-1] for w in self.writers}
        await self.until(lambda: all(wanted <= set(r.names[-1000:]) for r in self.readers))

    async def assert_complete(self) -> None:
        """Stop writing; assert that each reader received the log completely, once and in order, and nothing else."""
        for writer in self.writers:
            writer.stopped = True
        await asyncio.gather(*self._writing)
        await self._numbered()
        for reader in self.readers:
            await self._assert_log_received(reader)
            for writer in self.writers:
                own = [n for n in reader.names if writer.is_own(n)]
                assert own == sorted(set(own), key=lambda n: int(n.partition(" ")[2])), "in order, once"
                assert set(writer.acknowledged) <= set(own), "no acknowledged write may be lost"
        last = [n for n in self.readers[0].names if self.writers[0].is_own(n)][-1:]
        await self.until(lambda: all(w.names[-1:] == last for w in self.watchers))

    async def _assert_log_received(self, reader: Reader) -> None:
        log = await self._log(reader.start)
        await self.until(lambda: reader.ids[-1:] == log[-1:] or len(reader.ids) > len(log))
        assert reader.ids == log

    async def _numbered(self) -> None:
        async with session(self.duo.engines.postgres.url) as connection:
            await until(lambda: connection.fetchval("select not exists (select from events where seq is null)"))

    async def _log(self, start: int) -> list[str]:
        async with session(self.duo.engines.postgres.url) as connection:
            return [row[0] for row in await connection.fetch(LOG, start)]


@asynccontextmanager
async def at_work(place: Duo, writers: int = 1) -> AsyncIterator[Work]:
    """Readers and this many writers at each instance."""
    async with AsyncExitStack() as stack:
        apis = [Api(s) for s in place.servers]
        for api in apis:
            await stack.enter_async_context(api.http)
        admin = await apis[0].sign_in(ADMIN, PASSWORD)
        users = [await apis[0].new_user(admin) for _ in range(writers * len(apis))]
        made = [Writer(apis[n % len(apis)], admin, user, f"W{user.id[:8]}") for n, user in enumerate(users)]
        work = Work(place, apis, admin, made)
        stack.push_async_callback(work.stop)
        await work.start()
        yield work


async def health(api: Api) -> dict[str, Any]:
    """What an instance reports about itself."""
    body: dict[str, Any] = (await api.http.get("/health")).json()
    return body


async def metric(api: Api, name: str) -> float:
    """One metric of an instance."""
    text = (await api.http.get("/metrics")).text
    return float(next(line for line in text.splitlines() if line.startswith(f"rollcall_{name} ")).partition(" ")[2])


def codes(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a REST refusal."""
    return response.status_code, response.json()["error"]["code"]
