"""Recorded exchanges with v1: files of a request and its response, and what differs between two recordings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx

RECORDS = Path(__file__).parent.parent / "contract/v1"
BETWEEN = "\n---\n"
OMITTED = frozenset({"date", "content-length", "connection", "transfer-encoding", "x-request-id"})
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<time>"),
    (re.compile(r"users-\d{4}-\d\d-\d\d\."), "users-<date>."),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+"), "<access-token>"),
    (re.compile(r'(?<="refresh_token":")[^"]+'), "<refresh-token>"),
    (re.compile(r"(?<=_refresh=)[^;]+"), "<refresh-token>"),
    (re.compile(r"(?<=expires=)[^;]+"), "<time>"),
    (re.compile(r"(?<=after=)[^&>]+"), "<cursor>"),
    (re.compile(r'(?<="retry_after":)\d+'), "<seconds>"),
    (re.compile(r"(?<=retry-after: )\d+"), "<seconds>"),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded exchange: notes on how to replay it, the request, and the response as text."""

    notes: tuple[str, ...]
    method: str
    path: str
    headers: dict[str, str]
    body: str
    response: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a record; one that has not been recorded yet has no response."""
        request, _, response = text.removesuffix("\n").partition(BETWEEN)
        head, _, body = request.partition("\n\n")
        lines = head.split("\n")
        notes = tuple(line[2:] for line in lines if line.startswith("# "))
        first, *rest = lines[len(notes) :]
        method, _, path = first.partition(" ")
        headers = dict(line.split(": ", 1) for line in rest)
        return cls(notes, method, path, headers, body.rstrip("\n") if not response else body, response)

    def written(self, response: str) -> str:
        """The record with this response."""
        head = [*(f"# {n}" for n in self.notes), f"{self.method} {self.path}"]
        head += [f"{k}: {v}" for k, v in self.headers.items()]
        return "\n".join(head) + f"\n\n{self.body}{BETWEEN}{response}\n"

    @property
    def status(self) -> int:
        """The status of the response."""
        return int(self.response.partition("\n")[0])

    @property
    def code(self) -> str | None:
        """The code of a failure."""
        found = re.search(r'"error":\{"code":"([A-Z_]+)"', self.response)
        return found[1] if found else None


@dataclass(slots=True)
class Replay:
    """The values of this run for the placeholders of the records."""

    values: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        """A part of a request with this run's values."""
        return re.sub(r"<([a-z0-9-]+)>", lambda found: self.values.get(found[1], found[1]), text)

    def shown(self, response: httpx.Response) -> str:
        """The response as it is recorded: byte for byte, but for ids, times, tokens and cursors."""
        headers = sorted((k.lower(), v) for k, v in response.headers.multi_items() if k.lower() not in OMITTED)
        text = "\n".join([str(response.status_code), *(f"{k}: {v}" for k, v in headers), "", response.text])
        text = UUID.sub(self._named, text)
        for pattern, name in CHANGING:
            text = pattern.sub(name, text)
        return text

    def _named(self, found: re.Match[str]) -> str:
        if found[0] not in self.ids:
            name = f"id-{len(self.ids) + 1}"
            self.ids[found[0]], self.values[name] = f"<{name}>", found[0]
        return self.ids[found[0]]

    def keep(self, notes: tuple[str, ...], response: httpx.Response) -> None:
        """Keep what the notes name, for later requests."""
        for note in notes:
            if found := re.fullmatch(r"keep ([\w-]+) as ([\w-]+)", note):
                what, name = found.groups()
                link = response.headers.get("link", "")[1:].partition(">")[0]
                self.values[name] = link if what == "link" else response.json()["data"][what]


def records() -> dict[str, Exchange]:
    """All records by name, in the order in which they are replayed."""
    return {path.stem: Exchange.of(path.read_bytes().decode()) for path in sorted(RECORDS.glob("*.http"))}
