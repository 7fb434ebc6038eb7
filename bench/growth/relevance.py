"""Whether who is meant comes first: exact addresses and names, and names with one slip of typing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from bench.growth.asks import DOCUMENT
from bench.growth.generate import generated_users
from bench.growth.place import Place
from domain.models.slips import may_slip
from domain.models.text import fold
from domain.models.user import User
from domain.models.words import name_key

ASKED = 200
PAGE = 20


def measure(place: Place) -> dict[str, list[bool]]:
    """Of 200 each: whether the person, or user of exactly that name, was first or on the first page."""
    chance = random.Random(5)  # noqa: S311 - the same each time
    all_users = list(generated_users(place.count))
    emails, names = chance.sample(all_users, ASKED), chance.sample(all_users, ASKED)
    slips = chance.sample([u for u in all_users if may_slip(_longest(u))], ASKED)
    return {
        "exact e-mails, first": [_page(place, u.email)[0]["id"] == str(u.id) for u in emails],
        "exact names, first": [_is_named(_page(place, u.display_name)[:1], u) for u in names],
        "names with one slip, on the first page": [_is_named(_page(place, slip(u, chance)), u) for u in slips],
    }


def _page(place: Place, text: str) -> Sequence[Any]:
    found = place.ask(DOCUMENT, {"first": PAGE, "search": text})["users"]["edges"]
    return [edge["node"] for edge in found]


def _is_named(found: Sequence[Any], user: User) -> bool:
    return name_key(user.display_name) in [name_key(node["displayName"]) for node in found]


def _longest(user: User) -> str:
    return max(fold(user.display_name).split(), key=len)


def slip(user: User, chance: random.Random) -> str:
    """The name with one letter of its longest word wrong, missing, doubled, or changed round with its neighbour."""
    word = _longest(user)
    at = chance.randrange(len(word) - 1)
    wrong = chance.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + chance.choice("aeiourst") + word[at + 1 :],
        ]
    )
    return fold(user.display_name).replace(word, wrong, 1)
