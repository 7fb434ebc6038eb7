"""Conditions on the texts of a user, as data: evaluated here for one user, and translated to SQL for many.

Texts are padded, so that `Holds` also expresses beginnings and whole words: a word has a space on either side, a text two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.models.slips import is_slip


class Field(StrEnum):
    """The texts of a user."""

    NAME = "name"
    """The words of the name: two spaces, words with one space between them, two spaces."""
    WORDS = "words"
    """The same, then the words that only the address has and two spaces."""
    EMAIL = "email"
    """The address, a space on either side."""
    ID = "id"
    """The id, a space on either side."""


Texts = Mapping[Field, str]


@dataclass(frozen=True, slots=True)
class Holds:
    """A field holds a part."""

    field: Field
    part: str

    def of(self, texts: Texts) -> bool:
        """Whether these texts meet the condition."""
        return self.part in texts[self.field]


@dataclass(frozen=True, slots=True)
class Near:
    """A field has a word that this one may be a slip of."""

    field: Field
    word: str

    def of(self, texts: Texts) -> bool:
        """Whether these texts meet the condition."""
        return any(is_slip(self.word, other) for other in texts[self.field].split())


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of several conditions."""

    conditions: tuple[Condition, ...]

    def of(self, texts: Texts) -> bool:
        """Whether these texts meet the condition."""
        for condition in self.conditions:  # noqa: SIM110 - a generator takes as long again
            if not condition.of(texts):
                return False
        return True


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several conditions; false if there are none."""

    conditions: tuple[Condition, ...]

    def of(self, texts: Texts) -> bool:
        """Whether these texts meet the condition."""
        for condition in self.conditions:  # noqa: SIM110 - a generator takes as long again
            if condition.of(texts):
                return True
        return False


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least so many of several conditions."""

    number: int
    conditions: tuple[Condition, ...]

    def of(self, texts: Texts) -> bool:
        """Whether these texts meet the condition."""
        return sum(c.of(texts) for c in self.conditions) >= self.number


Condition = Holds | Near | AllOf | AnyOf | AtLeast


def texts_of(user_id: object, name_key: str, email_key: str, email: str) -> Texts:
    """The texts of a user."""
    return {
        Field.NAME: f"  {name_key}  ",
        Field.WORDS: f"  {name_key}  {email_key}  ",
        Field.EMAIL: f" {email} ",
        Field.ID: f" {user_id} ",
    }
