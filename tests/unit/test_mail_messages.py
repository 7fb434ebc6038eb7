"""Mails as messages: parts, headers, languages, the operator's templates, and the folder of a local run."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from api.mails.composing import Composer
from api.mails.folder import MailFolder
from api.mails.folder import log as folder_log
from api.mails.sender import check_sender, sender_of
from api.mails.templates import SHIPPED, Templates, check_templates
from domain.models.language import Language
from domain.models.mail import Letter, LetterNotSent, MailKind
from tests.logged import logged
from tests.smtp import link_in, text_of, token_in
from tests.unit.fakes import FakeClock

SITE = "https://rollcall.example.com"
NOW = datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
TOKEN = "t" * 43
ADA = Letter(UUID(int=7), MailKind.PASSWORD_RESET, "ada@example.com", Language.EN, "Ada <b>King</b>", TOKEN, NOW)


def composer(own: Path | None = None, language: Language = Language.EN) -> Composer:
    return Composer(Templates(own), sender_of(None, SITE), SITE, language)


def received(message: EmailMessage) -> EmailMessage:
    """The message as a recipient parses it."""
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def test_a_mail_has_a_text_and_an_html_part_with_the_link() -> None:
    message = received(composer()(ADA, NOW))
    assert message.get_content_type() == "multipart/alternative"
    assert link_in(message) == f"{SITE}/reset-password?token={TOKEN}"
    html = text_of(message, "html")
    assert f'href="{SITE}/reset-password?token={TOKEN}"' in html
    assert "Ada &lt;b&gt;King&lt;/b&gt;" in html
    assert "<script" not in html


def test_its_headers() -> None:
    message = received(composer()(ADA, NOW))
    assert message["From"] == "Rollcall <rollcall@rollcall.example.com>"
    assert message["To"] == ADA.email
    assert message["Message-ID"] == f"<{ADA.mail_id}@rollcall.example.com>", "the same for each attempt"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    assert TOKEN not in str(message.items())


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_of_mail_is_written_in_every_language(kind: MailKind) -> None:
    texts = set()
    for language in Language:
        letter = Letter(UUID(int=1), kind, "ada@example.com", language, "Ada", TOKEN)
        message = received(composer()(letter, NOW))
        assert message["Content-Language"] == language
        texts |= {message["Subject"], text_of(message)}
    assert len(texts) == 2 * len(Language)


@pytest.mark.parametrize("default", Language)
def test_who_stated_no_language_is_written_to_in_the_default_one(default: Language) -> None:
    letter = Letter(UUID(int=1), MailKind.PASSWORD_RESET, "ada@example.com", None, "Ada", TOKEN)
    assert received(composer(language=default)(letter, NOW))["Content-Language"] == default


def test_the_domain_of_an_address_is_written_in_ascii() -> None:
    letter = Letter(UUID(int=1), MailKind.PASSWORD_RESET, "bo@bücher.example", None, "Bo", TOKEN)
    assert composer()(letter, NOW)["To"] == "bo@xn--bcher-kva.example"


def test_an_operator_s_file_replaces_the_one_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "password-reset.en.txt").write_text("Subject: Ours at $site\n\nDear $name,\n\n$link\n\nCosts 5 $$.\n")
    message = received(composer(tmp_path)(ADA, NOW))
    assert message["Subject"] == f"Ours at {SITE}"
    assert text_of(message).splitlines() == [f"Dear {ADA.name},", "", link_in(message), "", "Costs 5 $."]
    german = Letter(UUID(int=1), MailKind.PASSWORD_RESET, "ada@example.com", Language.DE, "Ada", TOKEN)
    assert "Passwort" in received(composer(tmp_path)(german, NOW))["Subject"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("No subject\n\n$link\n", "does not begin with"),
        ("Subject: x\n\nNo address\n", r"without \$link"),
        ("Subject: x\n\nGo to $link now\n", "not a line of its own"),
        ("Subject: x\n\n$link\n\n$password\n", "unknown values: password"),
        ("Subject: x\n\n$link\n\n5 $\n", "names no value"),
        ("Subject: $link\n\n$link\n", "unknown values: link"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "password-reset.en.txt").write_text(text)
    with pytest.raises(ValueError, match=rf"password-reset\.en\.txt.*{fault}"):
        check_templates(tmp_path)


def test_a_layout_without_the_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "layout.html").write_text("<p>$subject</p>")
    with pytest.raises(ValueError, match=r"layout\.html without \$body"):
        check_templates(tmp_path)
    with pytest.raises(ValueError, match="not a folder"):
        check_templates(tmp_path / "none")


def test_the_shipped_templates_can_be_copied_as_they_are() -> None:
    assert check_templates(SHIPPED) == SHIPPED
    expected = {f"{kind}.{language}.txt" for kind in MailKind for language in Language} | {"layout.html"}
    assert {path.name for path in SHIPPED.iterdir()} == expected


@pytest.mark.parametrize(
    ("given", "url", "sender"),
    [
        (None, "https://rollcall.example.com", "Rollcall <rollcall@rollcall.example.com>"),
        (None, "http://127.0.0.1:3000", "Rollcall <rollcall@localhost>"),
        (None, "http://[::1]:3000", "Rollcall <rollcall@localhost>"),
        ("Our people <people@example.com>", SITE, "Our people <people@example.com>"),
        ("people@example.com", SITE, "people@example.com"),
    ],
)
def test_the_sender(given: str | None, url: str, sender: str) -> None:
    assert check_sender(given) == given
    assert str(sender_of(given, url)) == sender


@pytest.mark.parametrize("text", ["people", "People <people>", "a@b@c\nBcc: x@example.com", ""])
def test_a_sender_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be an address"):
        check_sender(text)


async def test_without_a_server_a_mail_becomes_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    clock = FakeClock()
    folder = MailFolder(tmp_path / "mail", composer(), clock)
    await folder.send(ADA)
    path = tmp_path / "mail" / "20260101T000000.000000Z-password-reset-ada@example.com.eml"
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert token_in(message) == TOKEN
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert link_in(message).encode() in path.read_bytes().splitlines()


async def test_the_log_names_the_file_and_not_the_token(tmp_path: Path) -> None:
    with logged(folder_log) as lines:
        await MailFolder(tmp_path, composer(), FakeClock()).send(ADA)
    (line,) = lines
    assert (line["event"], Path(repr(line["file"])).suffix) == ("mail.written", ".eml")
    assert TOKEN not in repr(lines)


async def test_a_page_beside_the_files_shows_the_newest_first(tmp_path: Path) -> None:
    clock = FakeClock()
    folder = MailFolder(tmp_path, composer(), clock)
    for email in ("first@example.com", "second@example.com"):
        await folder.send(Letter(UUID(int=1), MailKind.PASSWORD_RESET, email, Language.EN, "<i>", TOKEN))
        clock.move(seconds=1)
    page = (tmp_path / "index.html").read_text()
    assert page.index("second@example.com") < page.index("first@example.com")
    assert f'<a href="{SITE}/reset-password?token={TOKEN}">' in page
    assert "<i>" not in page


async def test_a_name_of_an_address_cannot_leave_the_folder(tmp_path: Path) -> None:
    letter = Letter(UUID(int=1), MailKind.PASSWORD_RESET, "../../x@example.com", None, "X", TOKEN)
    await MailFolder(tmp_path / "mail", composer(), FakeClock()).send(letter)
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


async def test_a_folder_that_cannot_be_written_to_postpones_the_mail(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file")
    with pytest.raises(LetterNotSent, match="cannot be written"):
        await MailFolder(tmp_path / "mail", composer(), FakeClock()).send(ADA)
