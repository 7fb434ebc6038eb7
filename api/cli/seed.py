"""`rollcall seed`: fills the directory with realistic example users."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from itertools import islice
from typing import Annotated

import typer

from api.bootstrap.core import open_core
from api.cli.local.access import directory
from api.settings import Settings
from domain.models.actor import Role, system
from domain.models.directory import UserFilter, UserSort
from domain.models.text import fold
from domain.models.user import Status
from domain.pagination import Window
from domain.services.importing import ImportRow

FIRST = [
    "Ada",
    "Amélie",
    "Aisha",
    "Anders",
    "Bao",
    "Beatriz",
    "Björn",
    "Çağla",
    "Chiara",
    "Chidi",
    "Dagný",
    "Dmitri",
    "Eilidh",
    "Emeka",
    "Fatima",
    "Florin",
    "François",
    "Giulia",
    "Grace",
    "Hanna",
    "Haruto",
    "Héloïse",
    "Ines",
    "Ioana",
    "Ivan",
    "Jürgen",
    "José",
    "Kaito",
    "Katarzyna",
    "Kwame",
    "Lars",
    "Leïla",
    "Łukasz",
    "Mai",
    "Mateo",
    "Mehmet",
    "Mia",
    "Nadia",
    "Niamh",
    "Noor",
    "Oğuz",
    "Olga",
    "Omar",
    "Paweł",
    "Petra",
    "Priya",
    "Quentin",
    "Rana",
    "Renée",
    "Rosa",
    "Ruth",
    "Sanjay",
    "Sara",
    "Seán",
    "Sofía",
    "Søren",
    "Tala",
    "Thabo",
    "Tomás",
    "Ulla",
    "Vera",
    "Víctor",
    "Wei",
    "Ximena",
    "Yara",
    "Yusuf",
    "Zeynep",
    "Zoë",
    "明美",
    "伟",
    "Ольга",
    "Γιώργος",
]
LAST = [
    "Abe",
    "Almeida",
    "Andersson",
    "Banerjee",
    "Bianchi",
    "Brânză",
    "Castillo",
    "Chen",
    "Costa",
    "Çelik",
    "Dąbrowski",
    "Diallo",
    "Dubois",
    "Eriksen",
    "Fernández",
    "García",
    "Gröning",
    "Haddad",
    "Hernández",
    "Hughes",
    "Ibrahim",
    "Ivanova",
    "Jansen",
    "Johnson",
    "Kaya",
    "Kim",
    "Kovács",
    "Kowalska",
    "Krüger",
    "Larsen",
    "Lefèvre",
    "Lindqvist",
    "Mbeki",
    "Mensah",
    "Moreau",
    "Müller",
    "Murphy",
    "Nakamura",
    "Nguyễn",
    "Novák",
    "O'Brien",
    "Okafor",
    "Okonkwo",
    "Olsen",
    "Özdemir",
    "Papadopoulos",
    "Patel",
    "Pereira",
    "Popescu",
    "Quispe",
    "Rahman",
    "Rossi",
    "Sato",
    "Schäfer",
    "Silva",
    "Singh",
    "Šimić",
    "Smith",
    "Suzuki",
    "Tanaka",
    "Torres",
    "Vargas",
    "Wang",
    "Weiß",
    "Williams",
    "Yamamoto",
    "Yılmaz",
    "Zhang",
    "Zieliński",
    "佐藤",
    "李",
]
BATCH = 1000


def seed(
    *,
    users: Annotated[int, typer.Option(min=1, max=2_000_000, help="How many users to create.")] = 1000,
    number: Annotated[int, typer.Option("--seed", help="A different number creates different users.")] = 1,
) -> None:
    """Create example users. The same numbers give the same users, so that it can be run again."""
    with directory() as settings:
        asyncio.run(_run(settings, users, number))


def example_users(count: int, number: int) -> Iterator[ImportRow]:
    """Names from many countries with matching addresses: 2 % admins, 5 % auditors."""
    chance = random.Random(number)  # noqa: S311 - example data, not secret
    for line in range(1, count + 1):
        first, last = chance.choice(FIRST), chance.choice(LAST)
        letters = [fold(n).replace("ł", "l").replace("ı", "i").replace("'", "") for n in (first, last)]
        local = ".".join(n if n.isascii() else f"u{ord(n[0]):x}" for n in letters)
        role = chance.choices([Role.MEMBER, Role.AUDITOR, Role.ADMIN], [93, 5, 2])[0]
        yield ImportRow(line, f"{local}.{number}-{line}@example.org", f"{first} {last}", role)


async def _run(settings: Settings, count: int, number: int) -> None:
    rows, done, began = example_users(count, number), 0, time.monotonic()
    async with open_core(settings) as core:
        while batch := list(islice(rows, BATCH)):
            result = await core.imports.import_batch(system(), batch)
            done += len(batch)
            if result.created or done == count:
                typer.echo(f"\r{done} of {count} users, {time.monotonic() - began:.0f} s", nl=False)
        typer.echo("")
        query = core.users.query(
            system(),
            Window(max(1, min(100, count // 50))),
            f"{number}-",
            UserFilter(frozenset({Status.ACTIVE}), frozenset({Role.MEMBER})),
            UserSort.EMAIL,
        )
        disabled = core.users.query(system(), filter_=UserFilter(frozenset({Status.DISABLED})))
        if not (await core.users.count(disabled)).value:
            for index, user in enumerate((await core.users.page(query)).items):
                await core.users.set_status(system(), user.id, Status.DELETED if index % 4 == 3 else Status.DISABLED)
