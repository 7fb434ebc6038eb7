"""E-mail domains have one canonical form, however they are written; similar letters are not merged."""

from __future__ import annotations

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ECHO_LIMIT, ValidationFailed
from domain.models.email_domain import InvalidDomain, canonical_domain
from domain.models.relevance import parse_search
from domain.models.text import address_part, canonical_email

DOMAINS = [
    "münchen.example",
    "faß.de",
    "σίσυφος.gr",
    "例え.jp",
    "पता.भारत",
    "נאמה.com",
    "نامه‌ای.com",
    "a.bücher.b.example",
]
LETTERS = "abzäöüßéłøþςσωжйקום例漢भता\u093c09-"
labels = st.text(LETTERS, min_size=1, max_size=20)


def is_label(label: str) -> bool:
    """Whether a domain may contain this label."""
    try:
        return canonical_domain(label) == label
    except InvalidDomain:
        return False


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_spellings_of_a_domain_are_one_address(domain: str) -> None:
    ascii_ = idna.encode(domain).decode()
    assert ascii_.isascii()
    for written in (
        domain,
        ascii_,
        ascii_.upper(),
        domain.upper() if "ß" not in domain and "ς" not in domain else domain,
    ):
        assert canonical_email(f"Ada@{written}") == f"ada@{domain}"


@given(st.lists(labels.filter(is_label), min_size=1, max_size=4).map(".".join))
def test_another_spelling_of_a_domain_changes_nothing(domain: str) -> None:
    ascii_ = ".".join(idna.alabel(part).decode() if not part.isascii() else part for part in domain.split("."))
    for written in (domain, ascii_, ascii_.upper(), domain.replace(".", "\u3002"), domain.replace(".", "\uff0e")):
        assert canonical_domain(written) == domain


@given(st.text(max_size=80))
def test_a_domain_is_canonical_after_one_pass_or_refused(text: str) -> None:
    try:
        once = canonical_domain(text)
    except InvalidDomain:
        return
    assert canonical_domain(once) == once
    assert "xn--" not in [part[:4] for part in once.split(".")]


@pytest.mark.parametrize(
    ("one", "other"), [("straße.de", "strasse.de"), ("σίσυφος.gr", "σίσυφοσ.gr"), ("bücher.de", "bucher.de")]
)
def test_different_letters_are_different_domains(one: str, other: str) -> None:
    assert canonical_email(f"a@{one}") != canonical_email(f"a@{other}")


@pytest.mark.parametrize(
    ("label", "domain"),
    [
        ("xn--a", "xn--a.com"),  # no letters that IDNA permits
        ("xn--", "xn--.com"),
        ("xn--ada-", "xn--ada-.com"),  # contains only ASCII
        ("xn---bbk", "xn---bbk.com"),  # a second spelling of another label
        ("xn--n3h", "a.xn--n3h.com"),  # a snowman
        ("ü" * 60, "ü" * 60 + ".com"),
        ("a-", "a-.com"),
        ("اb", "اb.com"),
        ("a\u200db", "a\u200db.com"),
    ],
)
def test_an_invalid_label_is_named(label: str, domain: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        canonical_email(f"ada@{domain}", "contact")
    (fault,) = refused.value.faults
    assert fault.field == "contact"
    assert fault.message.startswith("Invalid email format: ")
    assert repr(label)[1:-1] in fault.message
    assert fault.value == f"ada@{domain}"
    assert len(fault.message) < ECHO_LIMIT


@pytest.mark.parametrize("domain", ["a_b.example", "ab--cd.example", "r3---sn.example", "localhost", "1.2.3.4"])
def test_ascii_domains_are_accepted_as_before(domain: str) -> None:
    assert canonical_email(f"Ada@{domain.upper()}") == f"ada@{domain}"


def test_the_ascii_form_has_the_length_limit() -> None:
    longest = max(n for n in range(1, 64) if len(b"xn--" + ("ü" * n).encode("punycode")) <= 63)
    assert longest < 63
    assert is_label("ü" * longest)
    assert not is_label("ü" * (longest + 1))
    of_63 = "ü" * longest
    assert canonical_domain(".".join([of_63] * 3)) == ".".join([of_63] * 3)
    with pytest.raises(InvalidDomain, match="longer than 253"):
        canonical_domain(".".join([of_63] * 4))


@pytest.mark.parametrize(
    "text",
    [
        "ada＠münchen.example",
        "ada@ münchen . example\u202c",
        "ada@mu\u0308nchen.exam\u00adple",
        "\u200eada@MÜNCHEN.example",
    ],
)
def test_invisible_characters_from_keyboards_and_clipboards_are_removed(text: str) -> None:
    assert canonical_email(text) == "ada@münchen.example"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Ada@XN--MNCHEN-3YA.example", "ada@münchen.example"),
        ("@xn--mnchen-3ya.ex", "@münchen.ex"),
        ("@straße.d", "@straße.d"),
        ("ADA＠MÜN", "ada@mün"),
        ("ada@xn--mn", "ada@xn--mn"),
        ("xn--mnchen-3ya.example", "münchen.example"),
        ("Jürgen.Weiß", "jürgen.weiss"),
        ("ada@A\u0378", "ada@a\u0378"),
    ],
)
def test_a_search_is_normalized_like_stored_addresses(typed: str, address: str) -> None:
    found = parse_search(typed)
    assert found is not None
    assert found.address == address


@given(st.text(alphabet=LETTERS + "@.xn", max_size=30))
def test_a_stored_address_is_found_by_any_prefix(domain: str) -> None:
    try:
        address = canonical_email(f"ada@{domain}")
    except ValidationFailed:
        return
    for end in range(4, len(address) + 1):
        assert address_part(address[:end]) == address[:end]
