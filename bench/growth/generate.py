"""People in any number, the same ones each time: names of over 100,000 different words, of which few are common.

The n-th commonest name is borne by about 1 in 10·(n + 10) people, as in real registers; the commonest are the seed's own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.cli.seed import FIRST, LAST
from domain.models.actor import Role
from domain.models.text import fold
from domain.models.user import Status, User
from domain.models.words import words_of

SYLLABLES = [
    c + v
    for c in ("b", "br", "ch", "d", "f", "g", "gr", "h", "j", "k", "kr", "l", "m", "n", "p", "r", "s", "st", "t", "v")
    for v in ("a", "e", "i", "o", "u")
]
ENDINGS = ("n", "r", "s", "l", "m", "sson", "ski", "ez", "ov", "sen", "ini", "ko", "ley", "ton", "mann", "aux")
FIRSTS, LASTS = 40_000, 100_000
"""How many different first names and surnames there are."""
IDEOGRAPHIC_LAST = ("佐藤", "鈴木", "高橋", "田中", "王", "李", "张", "刘", "김", "박")
IDEOGRAPHIC_FIRST = ("明美", "翔太", "陽菜", "健一", "伟", "芳", "秀英", "敏", "민수", "서연")
BEGAN = datetime(2021, 1, 1, tzinfo=UTC)


def word(number: int, endings: Sequence[str] = ("",)) -> str:
    """The name of a number, another for each up to a million times the endings."""
    mixed = (number * 48_271 + 11) % 1_000_000
    syllables = [SYLLABLES[mixed % 100], SYLLABLES[mixed // 100 % 100], SYLLABLES[mixed // 10_000]]
    return ("".join(syllables) + endings[number % len(endings)]).capitalize()


def common(chance: random.Random, size: int) -> int:
    """A number below `size`, small ones more often: n with a weight of 1 / (n + 10)."""
    return int(10 * ((size + 10) / 10) ** chance.random()) - 10


@dataclass(frozen=True, slots=True)
class Names:
    """First names and surnames, the commonest first."""

    first: Sequence[str]
    last: Sequence[str]

    @classmethod
    def all(cls) -> Names:
        """The seed's, and made-up ones behind them."""
        first = list(dict.fromkeys([*FIRST, *(word(n) for n in range(FIRSTS))]))
        return cls(first, list(dict.fromkeys([*LAST, *(word(n, ENDINGS) for n in range(LASTS))])))

    def draw(self, chance: random.Random) -> str:
        """A full name: one in thirty of ideographs, one in eight with a second first name."""
        if chance.random() < 1 / 30:
            last, first = chance.choice(IDEOGRAPHIC_LAST), chance.choice(IDEOGRAPHIC_FIRST)
            return f"{last}{chance.choice(('', ' '))}{first}"
        firsts = [self.first[common(chance, len(self.first))] for _ in range(1 + (chance.random() < 1 / 8))]
        return " ".join([*firsts, self.last[common(chance, len(self.last))]])


def generated_users(count: int, number: int = 1) -> Iterator[User]:
    """So many people: 2 % admins, 5 % auditors, 3 % disabled, 1 % deleted, 60 % of the addresses verified."""
    chance, names, taken = random.Random(number), Names.all(), Counter[str]()  # noqa: S311 - believable, not secret
    for index in range(count):
        name = names.draw(chance)
        local = ".".join(w for w in words_of(fold(name)) if w.isascii()) or "person"
        taken[local] += 1
        numbered = local if taken[local] == 1 else f"{local}{taken[local]}"
        domain = "example.org" if chance.random() < 0.7 else f"{word(common(chance, 2000)).lower()}.example"
        created = BEGAN + timedelta(minutes=index, seconds=chance.random() * 3600)
        yield User(
            id=UUID(int=chance.getrandbits(128), version=4),
            email=f"{numbered}@{domain}",
            display_name=name,
            role=chance.choices([Role.MEMBER, Role.AUDITOR, Role.ADMIN], [93, 5, 2])[0],
            status=chance.choices([Status.ACTIVE, Status.DISABLED, Status.DELETED], [96, 3, 1])[0],
            version=1,
            created_at=created,
            updated_at=created + timedelta(days=chance.random() * 300),
            email_verified_at=created if chance.random() < 0.6 else None,
            last_seen_at=created + timedelta(days=chance.random() * 1000) if chance.random() < 0.7 else None,
        )
