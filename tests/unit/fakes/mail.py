"""Fakes of links and of the queue of mails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.link import Link, LinkKind
from domain.models.mail import Mail, MailRequest
from tests.unit.fakes.state import QueuedMail, State


class FakeLinks:
    """Links in memory."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def find(self, kind: LinkKind, token_hash: bytes) -> Link | None:
        """The link of a token."""
        found = (link for link in self._state.links.values() if (link.kind, link.token_hash) == (kind, token_hash))
        return next(found, None)

    async def of_owners(self, kind: LinkKind, owner_ids: Sequence[UUID]) -> Mapping[UUID, Link]:
        """Links by owner."""
        return {i: self._state.links[kind, i] for i in owner_ids if (kind, i) in self._state.links}

    async def request(self, link: Link) -> None:
        self._state.links[link.kind, link.owner_id] = link

    async def find_requested(self, kind: LinkKind, owner_id: UUID) -> Link | None:
        return self._state.links.get((kind, owner_id))

    async def give_token(self, link: Link, token_hash: bytes, expires_at: datetime) -> None:
        """Store the hash."""
        self._state.links[link.kind, link.owner_id] = replace(link, token_hash=token_hash, expires_at=expires_at)

    async def end(self, link: Link) -> None:
        self._state.links.pop((link.kind, link.owner_id), None)

    async def end_all(self, user_id: UUID) -> None:
        self._state.links = {key: link for key, link in self._state.links.items() if link.user_id != user_id}

    async def forget(self, email: str) -> None:
        self._state.links = {
            key: link for key, link in self._state.links.items() if link.user_id is not None or link.email != email
        }

    async def prune(self, limit: int) -> int:
        """Links do not expire by the database's clock here."""
        return 0


class FakeMails:
    """The queue in memory; `now` is the database's clock."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state, self._now = state, now

    async def request(self, request: MailRequest) -> None:
        self._state.mail_requests.append(request)

    async def take_requests(self, limit: int) -> Sequence[MailRequest]:
        """Remove the oldest."""
        taken, self._state.mail_requests = self._state.mail_requests[:limit], self._state.mail_requests[limit:]
        return taken

    async def read_log(self, types: Collection[EventType], limit: int) -> Sequence[Event] | None:
        """The next events of these types."""
        new = [e for e in self._state.log.events() if e.seq > self._state.mail_position]
        found = [e for e in new if e.type in types][:limit]
        self._state.mail_position = found[-1].seq if len(found) == limit else len(self._state.log.entries)
        return found

    async def add(self, mails: Sequence[Mail]) -> None:
        """Append those whose user exists, with the user's address."""
        users = self._state.users
        known = [m for m in mails if m.user_id is None or m.user_id in users]
        full = [replace(m, email=users[m.user_id].email) if m.user_id else m for m in known]
        self._state.mails |= {m.id: QueuedMail(m, self._now) for m in full}

    async def claim(self, limit: int, lease: timedelta) -> Sequence[Mail]:
        """The first mail of each owner, if it is due."""
        first: dict[UUID, QueuedMail] = {}
        for queued in self._state.mails.values():
            first.setdefault(queued.mail.owner_id, queued)
        claimed = [replace(q.mail, attempts=q.mail.attempts + 1) for q in first.values() if q.due_at <= self._now]
        for mail in claimed[:limit]:
            self._state.mails[mail.id] = QueuedMail(mail, self._now + lease)
        return claimed[:limit]

    async def postpone(self, mail: Mail, delay: timedelta) -> None:
        """Move it if it is there."""
        if mail.id in self._state.mails:
            self._state.mails[mail.id] = QueuedMail(self._state.mails[mail.id].mail, self._now + delay)

    async def forget(self, email: str) -> None:
        """Those to an address, without a user."""
        self._state.mail_requests = [r for r in self._state.mail_requests if r.email != email]
        owners = {link.owner_id for link in self._state.links.values() if link.user_id is None and link.email == email}
        self._state.mails = {
            i: q for i, q in self._state.mails.items() if q.mail.user_id or q.mail.owner_id not in owners
        }

    async def remove(self, mail: Mail) -> None:
        """Delete it if it is there."""
        self._state.mails.pop(mail.id, None)
