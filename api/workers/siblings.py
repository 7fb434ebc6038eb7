"""The metrics of all workers in one answer: whichever is asked, asks the others.

Each worker answers on a socket in a folder that only the user of the processes can enter. Every series gets the label
`worker`, as those of instances get the label `instance` from Prometheus. The multiprocess mode of prometheus_client was
rejected: it has no metrics that are read when they are asked for, which most of Rollcall's are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

ASK_SECONDS = 2.0
"""The longest that the answer waits for another worker."""
UP = b"# HELP rollcall_worker_up Whether this worker of the port answers\n# TYPE rollcall_worker_up gauge\n"


class Siblings:
    """The workers 1 to `count`, of which this process is one. A process without workers has no `folder`."""

    def __init__(self, number: int, count: int, folder: Path | None) -> None:
        self._number, self._count, self._folder = number, count, folder

    @asynccontextmanager
    async def asked(self, own: Callable[[], Awaitable[bytes]]) -> AsyncIterator[None]:
        """Answer the others while the block runs, in the place of an earlier worker of this number."""
        if self._folder is None:
            yield
            return

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                writer.write(await own())
                await writer.drain()
            writer.close()

        path = self._folder / str(self._number)
        mine = path.with_suffix(".new")
        server = await asyncio.start_unix_server(answer, mine)
        mine.replace(path)
        async with server:
            yield

    async def together(self, own: bytes) -> bytes:
        """The metrics of all workers, given those of this one."""
        if self._folder is None:
            return own
        others = [number for number in range(1, self._count + 1) if number != self._number]
        found = await asyncio.gather(*(self._ask(self._folder / str(number)) for number in others))
        return merged({self._number: own, **dict(zip(others, found, strict=True))})

    @staticmethod
    async def _ask(path: Path) -> bytes | None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(ASK_SECONDS):
                reader, writer = await asyncio.open_unix_connection(path)
                try:
                    return await reader.read() or None
                finally:
                    writer.close()
        return None


def merged(texts: Mapping[int, bytes | None]) -> bytes:
    """Texts of the metrics of workers as one, each family once; None for a worker that did not answer."""
    heads: dict[bytes, bytes] = {}
    samples: dict[bytes, list[bytes]] = {}
    for number, text in texts.items():
        for head, lines in _families(text or b""):
            name = head.split(None, 3)[2]
            heads.setdefault(name, head)
            samples.setdefault(name, []).extend(labelled(line, number) for line in lines)
    heads[b""], samples[b""] = (
        UP,
        [labelled(b"rollcall_worker_up %d\n" % (text is not None), n) for n, text in texts.items()],
    )
    return b"".join(part for name, head in heads.items() for part in (head, *samples[name]))


def labelled(line: bytes, worker: int) -> bytes:
    """A sample with one label more."""
    name, opened, rest = line.partition(b"{")
    if opened:
        return b'%s{worker="%d",%s' % (name, worker, rest)
    name, _, rest = line.partition(b" ")
    return b'%s{worker="%d"} %s' % (name, worker, rest)


def _families(text: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """The head and the samples of each family; prometheus_client begins each with its help."""
    for family in (b"\n" + text).split(b"\n# HELP ")[1:]:
        lines = (b"# HELP " + family.rstrip(b"\n") + b"\n").splitlines(keepends=True)
        yield b"".join(line for line in lines if line.startswith(b"#")), [x for x in lines if not x.startswith(b"#")]
