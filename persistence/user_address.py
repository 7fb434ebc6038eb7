"""The address that a search is for, or a part of one, in statements that are built once for all addresses of one form."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column

from domain.models.relevance import Search
from persistence.forms import Given, Reads
from persistence.user_query import count_up_to
from persistence.user_rows import begins
from persistence.user_table import DOMAIN, users


@dataclass(frozen=True, slots=True)
class Address:
    """An address cut at the sign by which its kind is known: the at sign, or else the first full stop."""

    before: str
    sign: str
    after: str

    @classmethod
    def of(cls, search: Search) -> Address | None:
        """The address of a search, if it has one that is not its only word."""
        address = search.address
        if address is None or search.words == (address,):
            return None
        sign = next((one for one in "@." if one in address), "")
        return cls(*address.partition(sign)) if sign else cls(address, "", "")

    @property
    def form(self) -> Hashable | None:
        """What it has besides texts; None if that is not known."""
        return None if "@" in self.after else (self.sign, bool(self.before), bool(self.after))

    @property
    def texts(self) -> list[str]:
        """The texts beside the sign."""
        return [text for text in (self.before, self.after) if text]

    def saying(self, texts: Iterator[str]) -> str:
        """An address of the same form with other texts."""
        return self.sign.join(next(texts) if text else "" for text in (self.before, self.after))


def is_at(domain: str) -> ColumnElement[bool]:
    """Whether a user's domain has this beginning."""
    return begins(literal_column(DOMAIN), domain)


async def has_more(reads: Reads, domain: str, most: int) -> bool:
    """Whether the domains with this beginning have more users than this."""
    form, given = ("domain", most), Given(texts=[domain])
    [row] = await reads.rows(form, given, lambda given: count_up_to(most + 1, users, is_at(given.texts[0])))
    return bool(row[0] > most)
