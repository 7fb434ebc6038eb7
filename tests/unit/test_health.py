"""Checks of health: tried once for all who ask, and never waited for beyond their bound."""

from __future__ import annotations

import asyncio

from api.http.health import Fault, Probe


class Counted:
    """A check that counts how often it is tried, and finds what it is told to."""

    def __init__(self, found: Fault | str | None = None) -> None:
        self.found = found
        self.tried = 0

    async def __call__(self) -> Fault | str | None:
        """One try."""
        self.tried += 1
        return self.found


async def test_a_cached_result_is_returned_again() -> None:
    check = Counted("it is broken")
    probe = Probe({"one": check}, kept=3600)
    for _ in range(20):
        assert await probe.faults() == {"one": Fault("it is broken", serves=False)}
    await asyncio.gather(*(probe.faults() for _ in range(20)))
    assert check.tried == 1


async def test_it_is_tried_again_once_it_is_old_or_known_to_be_otherwise() -> None:
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


async def test_what_hangs_is_cut_off_and_does_not_gather() -> None:
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


async def test_a_check_that_fails_is_a_fault_without_its_words() -> None:
    async def fail() -> None:
        raise RuntimeError("postgresql://user:secret@host")

    (fault,) = (await Probe({"one": fail}).faults()).values()
    assert fault == Fault("it cannot be used (RuntimeError)")
