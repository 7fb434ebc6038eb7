"""Health checks: each runs once for all concurrent callers and has a time limit."""

from __future__ import annotations

import asyncio

from api.http.health import Fault, Probe


class Counted:
    """A check that counts its runs, and returns the given fault."""

    def __init__(self, found: Fault | str | None = None) -> None:
        self.found = found
        self.tried = 0

    async def __call__(self) -> Fault | str | None:
        self.tried += 1
        return self.found


async def test_a_cached_result_is_returned_again() -> None:
    check = Counted("it is broken")
    probe = Probe({"one": check}, kept=3600)
    for _ in range(20):
        assert await probe.faults() == {"one": Fault("it is broken", serves=False)}
    await asyncio.gather(*(probe.faults() for _ in range(20)))
    assert check.tried == 1


async def test_a_result_is_refreshed_when_it_is_old_or_known_to_be_outdated() -> None:
    check, known = Counted(), [True]
    probe = Probe({"one": check}, kept=0)
    await probe.faults()
    await probe.faults()
    assert check.tried == 2
    kept = Probe({"one": check}, lambda: known[0], kept=3600)
    await kept.faults()
    known[0] = False
    await kept.faults()
    await kept.faults()
    assert check.tried == 4


async def test_a_check_that_hangs_is_cancelled_and_does_not_pile_up() -> None:
    hanging = asyncio.Event()
    tried = []

    async def hang() -> None:
        tried.append(1)
        await hanging.wait()

    first, last = Counted(), Counted()
    probe = Probe({"first": first, "hang": hang, "last": last}, kept=3600)
    for faults in await asyncio.gather(*(probe.faults() for _ in range(10))):
        assert faults.keys() == {"hang", "last"}
    assert (first.tried, len(tried), last.tried) == (1, 1, 0)


async def test_a_check_that_raises_is_a_fault_without_the_error_s_text() -> None:
    async def fail() -> None:
        raise RuntimeError("postgresql://user:secret@host")

    (fault,) = (await Probe({"one": fail}).faults()).values()
    assert fault == Fault("it cannot be used (RuntimeError)")
