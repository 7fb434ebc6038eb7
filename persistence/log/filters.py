"""The entries that match a filter, so that a page reads little of the log however few of its entries match.

No index orders the log by time: its order is that of `seq`. But an id contains the time of writing, and the relay
numbers an entry soon after it, so a period is a range of numbers a little wider than itself. Several types are read as a
page of each type: otherwise a page of rare types would read the log from end to end.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, func, literal, select, tuple_, union_all

from domain.models.event import Event
from domain.models.log import EventFilter
from domain.pagination import Window
from persistence.keyset import Keyset
from persistence.log.table import events

CLOCKS_APART = timedelta(minutes=10)
"""How far an instance's clock may be from the database's, and how long after its id an entry may get its number."""
_NONE, _END = literal(0, BigInteger), literal(2**63 - 1, BigInteger)
Bound = ColumnElement[Any]


def filtered(statement: Select[Any], filter_: EventFilter, order: Keyset[Event], window: Window) -> Select[Any]:
    """The statement, limited to the entries that match and to the window. Raises ValidationFailed for an invalid cursor."""
    ids = {"user_id": filter_.user_id, "actor_id": filter_.actor_id, "subject_id": filter_.subject_id}
    about = [events.c[name] == id_ for name, id_ in ids.items() if id_ is not None]
    first, end = _range(filter_)
    if filter_.since is not None:
        statement = statement.where(events.c.occurred_at >= filter_.since, events.c.seq >= first)
    if filter_.until is not None:
        statement = statement.where(events.c.occurred_at < filter_.until, events.c.seq < end)
    names = None if filter_.types is None else sorted(str(t) for t in filter_.types)
    if names and not about:
        pages = [select(_of_type(statement, n, (first, end), order, window).subquery()) for n in names]
        merged = union_all(*pages).subquery()
        return select(merged).order_by(*order.order(window, [merged.c.seq])).limit(window.size + 1)
    if names is not None:
        statement = statement.where(events.c.type.in_(names))
    return order.cut(statement.where(*about), window)


def _of_type(
    statement: Select[Any], name: str, range_: tuple[Bound, Bound], order: Keyset[Event], window: Window
) -> Select[Any]:
    """A page of one type. Compared and ordered as a pair, so that no other index than that of the pair is of any use."""
    pair, (first, end) = tuple_(events.c.type, events.c.seq), range_
    both = replace(
        order,
        columns=(events.c.type, events.c.seq),
        decode=lambda cursor, field: (name, *order.decode(cursor, field)),
    )
    statement = statement.where(pair >= tuple_(literal(name), first), pair < tuple_(literal(name), end))
    return both.cut(statement, window)


def first_id(moment: datetime) -> UUID:
    """The least UUID of version 7 (RFC 9562 section 5.7) made at that moment or later."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80 | 7 << 76 | 2 << 62)


def _range(filter_: EventFilter) -> tuple[Bound, Bound]:
    """The numbers between which the entries of the filter's period are, without the last."""
    since, until = filter_.since, filter_.until
    first = _NONE if since is None else func.coalesce(_seq_from(_moved(since, -CLOCKS_APART)), _END)
    return first, _END if until is None else func.coalesce(_seq_from(_moved(until, CLOCKS_APART)), _END)


def _seq_from(moment: datetime) -> ScalarSelect[Any]:
    """The number of the first entry written at that moment or later; null if there is none."""
    written = select(events.c.seq).where(events.c.id >= first_id(moment), events.c.seq.is_not(None))
    return written.order_by(events.c.id).limit(1).correlate(None).scalar_subquery()


def _moved(moment: datetime, by: timedelta) -> datetime:
    """The moment moved, or as it is where the calendar ends."""
    try:
        return moment + by
    except OverflowError:
        return moment
