"""The templates of mails: those that ship, and the operator's own, which replace them file by file.

`<kind>.<language>.txt` has a first line `Subject: …`, an empty line and the text, in which `$name`, `$site`, `$link` and
what only this kind says (OWN_VALUES) are replaced; the link is a paragraph of its own. The HTML part has the same paragraphs, within `layout.html`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from string import Template

from domain.models.language import Language
from domain.models.mail import Letter, MailKind

SHIPPED = Path(__file__).parent / "templates"
LAYOUT = "layout.html"
SUBJECT = "Subject:"
VALUES = frozenset({"name", "site", "link"})
OWN_VALUES: Mapping[MailKind, frozenset[str]] = {
    MailKind.INVITATION: frozenset({"by"}),
    MailKind.NEW_DEVICE: frozenset({"device", "address", "time"}),
}
"""Who has sent an invitation; the device of a sign-in, its IP address and its time."""
LAYOUT_VALUES = frozenset({"language", "subject", "body"})
BUTTON = (
    '<p><a href="{0}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1d4ed8;color:#fff;'
    'text-decoration:none;font-weight:600">{1}</a></p>\n<p style="font-size:13px;word-break:break-all">{0}</p>'
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """The subject and the two parts of a mail."""

    subject: str
    text: str
    html: str


class Templates:
    """The templates, with those of `own` in place of the shipped ones of the same file name. Raises ValueError."""

    def __init__(self, own: Path | None = None) -> None:
        self._own = own
        for kind in MailKind:
            for language in Language:
                self._check(kind, language)
        _check_values(LAYOUT, self._layout, LAYOUT_VALUES, {"body"})

    def render(self, letter: Letter, language: Language, site: str, link: str | None) -> Rendered:
        """The mail in a language."""
        subject, body = self._split(letter.kind, language)
        own = dict.fromkeys(OWN_VALUES.get(letter.kind, ()), "")
        values = {**own, **letter.values, "name": letter.name, "site": site, "link": link or ""}
        subject = _one_line(Template(subject).substitute(values))
        paragraphs = [Template(p).substitute(values) for p in _paragraphs(body)]
        return Rendered(subject, "\n\n".join(paragraphs) + "\n", self._html(language, subject, paragraphs, link))

    def _html(self, language: Language, subject: str, paragraphs: list[str], link: str | None) -> str:
        body = "\n".join(
            BUTTON.format(escape(p), escape(subject)) if p == link else f"<p>{escape(p)}</p>" for p in paragraphs
        )
        return self._layout.substitute(language=language, subject=escape(subject), body=body)

    @cached_property
    def _layout(self) -> Template:
        return Template(self._read(LAYOUT))

    def _split(self, kind: MailKind, language: Language) -> tuple[str, str]:
        subject, _, body = self._read(f"{kind}.{language}.txt").partition("\n")
        return subject.removeprefix(SUBJECT).strip(), body

    def _check(self, kind: MailKind, language: Language) -> None:
        name = f"{kind}.{language}.txt"
        if not self._read(name).startswith(SUBJECT):
            raise ValueError(f"has a file {name} that does not begin with “{SUBJECT}”")
        subject, body = self._split(kind, language)
        known = VALUES | OWN_VALUES.get(kind, frozenset())
        _check_values(name, Template(subject), known - {"link"}, set())
        _check_values(name, Template(body), known, {"link"} if kind.link else set())
        if kind.link and "$link" not in _paragraphs(body):
            raise ValueError(f"has a file {name} in which $link is not a line of its own")

    def _read(self, name: str) -> str:
        """The text of a template. Raises ValueError for an own file that cannot be read."""
        own = None if self._own is None else self._own / name
        if own is None or not own.exists():
            return (SHIPPED / name).read_text("utf-8")
        try:
            return own.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise ValueError(f"has a file {name} that is not readable text in UTF-8") from None


def check_templates(folder: Path | None) -> Path | None:
    """A folder whose templates can be used, or None. Raises ValueError."""
    if folder is None:
        return None
    if not folder.is_dir():
        raise ValueError("is not a folder")
    Templates(folder)
    return folder


def _check_values(name: str, template: Template, known: frozenset[str], required: set[str]) -> None:
    if not template.is_valid():
        raise ValueError(f"has a file {name} with a $ that names no value; write $$ for the character")
    used = set(template.get_identifiers())
    if unknown := used - known:
        raise ValueError(f"has a file {name} with unknown values: {', '.join(sorted(unknown))}")
    if missing := required - used:
        raise ValueError(f"has a file {name} without ${', $'.join(sorted(missing))}")


def _paragraphs(body: str) -> list[str]:
    return [p.strip() for p in body.strip().split("\n\n") if p.strip()]


def _one_line(text: str) -> str:
    return " ".join(text.split())
