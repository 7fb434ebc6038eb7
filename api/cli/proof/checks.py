"""The checks: the audit trail compared with the acknowledged writes, the directory, and what subscribers saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from api.cli.proof.ledger import Kind, Ledger, Outcome
from api.cli.proof.subscriber import RESYNC


@dataclass(frozen=True, slots=True)
class Entry:
    """An event of the log; `mark` is the display name and `email` the address that it set, if any."""

    id: str
    cursor: str
    type: str
    user_id: str
    mark: str | None = None
    email: str | None = None

    def __str__(self) -> str:
        return f"{self.type} {self.mark or self.user_id} (event {self.id} at {self.cursor})"


@dataclass(frozen=True, slots=True)
class Found:
    """An account in the directory."""

    id: str
    email: str
    name: str
    version: int


@dataclass(slots=True)
class Seen:
    """The result for one subscriber; `missing` are the first events that it never saw, in the log's order."""

    events: int = 0
    gaps: int = 0
    duplicates: int = 0
    misordered: int = 0
    strange: int = 0
    withdrawn: int = 0
    lost: int = 0
    missing: list[int] = field(default_factory=list)


def check_subscriber(seen: Iterable[int], places: Mapping[int, int], count: int, *, allow_resync: bool) -> Seen:
    """Compare the event numbers that one subscriber saw with the log: each of its `count` events once, and in order.

    `places` maps each number to its place in the log; numbers without a place are strange, and places past the end are
    ignored. With `allow_resync`, events between a resync and the next event are not missing, and events that are not in
    the log but were followed by a resync are withdrawn instead of strange, as after a restore or a failover.
    """
    result, excused = Seen(), set[int]()
    pending = 0
    known, furthest, resync = bytearray(count), -1, False
    for number in seen:
        if number == RESYNC:
            resync = allow_resync
            if allow_resync:
                result.withdrawn, pending = result.withdrawn + pending, 0
            continue
        place = places.get(number, -1)
        if place >= count:
            continue
        result.events += 1
        if place < 0:
            pending += 1
        elif known[place]:
            result.duplicates += 1
        else:
            known[place] = True
            result.misordered += place < furthest
            excused.update(range(furthest + 1, place) if resync else ())
            furthest, resync = max(furthest, place), False
    result.strange = pending
    excused.update(range(furthest + 1, count) if resync else ())
    _count_gaps(result, [place for place in range(count) if not known[place] and place not in excused])
    return result


def _count_gaps(result: Seen, missing: Sequence[int]) -> None:
    """Record the missing events; consecutive places are one gap."""
    result.lost, result.missing = len(missing), list(missing[:3])
    result.gaps = sum(before + 1 != place for before, place in zip([-2, *missing], missing, strict=False))


def check_writes(ledger: Ledger, entries: Sequence[Entry]) -> list[str]:
    """The faults of the log: acknowledged writes that are missing, refused writes that are present, and duplicates.

    An address whose account was lost with the log's end, as after a restore, is free again: taking it is then right.
    """
    there = Counter(e.mark for e in entries if e.mark is not None)
    users = {e.user_id for e in entries}
    faults = []
    for write in ledger.writes:
        times = there[write.mark]
        about = f"the {write.kind} of {write.mark}"
        free = write.kind is Kind.TAKEN and write.person is not None and write.person.id not in users and times > 0
        if write.kind.refusable and write.outcome is Outcome.ACKNOWLEDGED and not free:
            faults.append(f"{about} was acknowledged, but should have been refused")
        elif write.outcome is Outcome.ACKNOWLEDGED and times == 0:
            faults.append(f"{about} was acknowledged and is not in the log")
        elif write.outcome is Outcome.REFUSED and times:
            faults.append(f"{about} was refused and is in the log")
        elif times > 1:
            faults.append(f"{about} is in the log {times} times")
    return faults


def check_directory(entries: Sequence[Entry], found: Sequence[Found]) -> list[str]:
    """The faults of the directory: every account must match the state that the log describes."""
    emails: dict[str, str] = {}
    names: dict[str, str | None] = {}
    versions: Counter[str] = Counter()
    for entry in entries:
        if entry.type == "USER_CREATED" and entry.email is not None:
            emails[entry.user_id] = entry.email
        if entry.user_id in emails and entry.mark is not None:
            names[entry.user_id] = entry.mark
            versions[entry.user_id] += 1
    there = {f.id: f for f in found}
    faults = []
    for user_id, email in emails.items():
        user = there.get(user_id)
        if user is None:
            faults.append(f"{email} is in the log and not in the directory")
        elif (user.email, user.name, user.version) != (email, names[user_id], versions[user_id]):
            faults.append(
                f"{email} is {user.name} at version {user.version} in the directory, "
                f"but {names[user_id]} at version {versions[user_id]} by the log"
            )
    return faults + [f"{f.email} is in the directory and not in the log" for f in found if f.id not in emails]
