"""Every regular expression that reads a client's text takes time proportional to its length.

A new pattern fails here until it is listed with its worst text: runs of what it repeats, many times, without the
part that would end them.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.architecture.sources import ROOT, modules, tracked

LAYERS = ("api", "schema", "domain", "persistence")
OWN = ("api/cli/", "api/revisions.py")
"""These read only the output of programs and files of this machine."""
CALLS = {"compile", "sub", "subn", "search", "match", "fullmatch", "split", "findall", "finditer"}
SIZE, TIMES = 16_384, 4
"""Characters of the longest header and path, and the factor by which they are then lengthened."""
SLACK = 2.0
"""Quadratic time would be TIMES times as long as linear time is."""

WORST: dict[str, list[tuple[str, ...]]] = {
    "domain/models/api_key.py": [("rck_", "a", "_", "rck_aaaaaaaa_")],
    "domain/models/device.py": [("a", "a-", "_", "a" * 29)],
    "domain/models/email_domain.py": [("a", "a-", "_", "a" * 63)],
    "domain/models/hidden_characters.py": [
        (" ", "\t\n", "x "),
        ("\u200d", "\u200d\u0627", "\U0001f3f4\U000e0067", "\u1820\u180e", "\U0001f3f4" + "\U000e0067" * 7),
        ("\u0627", "\u200e", "\u200b", "\ufe0f"),
    ],
    "domain/models/normal_form.py": [("\u1acf", "a\u1acf", "a\u0301")],
    "domain/models/text.py": [("x", "@x", "@"), (" ", "\t\n", "x ")],
    "domain/models/words.py": [("x", "'", "x'", "-", "x-", "'-", "x.-,", " ")],
    "persistence/slow.py": [("'", "''", "'x", "x'", "' '")],
    "api/auth/foreign_hashes.py": [("$", "a", "0", "$2a$10$", "pbkdf2_sha256$1$a$", "$scrypt$ln=1,r=1,p=1$", "=")] * 5
    + [("A", "=", "$fbscrypt$v=1,n=14,r=8,p=1,ss=A,sk=", "$", "/", ",")],
    "api/files/columns.py": [("[", "(", "[x", "(x", "[(", ")]")],
    "api/files/reader.py": [("x", "\n", "\ufffd")],
    "api/files/records.py": [(" ", "x ", "\u00a0"), ('"', "sep=", '"sep=,', " ", "sep=, "), ('"', '"x', 'x"')],
    "api/mails/folder.py": [("/", "x", "@"), ("http", "http://", "https://x", "https:// ")],
    "api/rest/reads.py": [("0", "00000000-", "-0000")],
    "api/rest/conditions.py": [(" ", 'W/"', '"1')],
    "api/http/handshake.py": [("a", "[", ":", "[::", "0", "a:", "]")],
    "api/http/middleware.py": [("x", "x ")],
    "schema/execution/documents.py": [("a", "!", "a!", "é", " ,")],
    "schema/scalars.py": [("0", "2026-01-01T00:00:00." + "0" * 50, "T")],
    "api/logs.py": [
        ("a", "a+", "aa://", "a://b", "a://b:", "a://b:c:", "://", "a://b:c ", "1a"),
        ("eyJ", "-eyJ", "eyJ-", "eyJaaaaaaaa.", "-eyJaaaaaaaa.-", "eyJaaaaaaaa.b ", "a.", "-"),
        ("Bearer ", "Bearer\t", " Bearer", "Bearer x", "Bearer" + " " * 99, " "),
        ("$argon2", "$argon2a", "$argon2$", "$argon2id$ ", "$"),
        ("a@", "a.", "a@b", "a@b.", "a@b.c", "@", "+", "://a@", " a@b.c"),
        ("rck_", "rck_aaaaaaaa_", "a", " rck_aaaaaaaa_a"),
        ("whsec_", "whsec_a", "a", "=", " whsec_a=", "+/"),
        ("DETAIL:", "DETAIL: x", "DETAIL:\n", " DETAIL"),
    ],
}
"""The worst texts for the patterns of each file."""
COUNTS = {
    "domain/models/api_key.py": 1,
    "domain/models/device.py": 1,
    "domain/models/email_domain.py": 1,
    "domain/models/hidden_characters.py": 6,
    "domain/models/normal_form.py": 1,
    "domain/models/text.py": 3,
    "domain/models/words.py": 2,
    "persistence/slow.py": 1,
    "api/auth/foreign_hashes.py": 6,
    "api/files/columns.py": 1,
    "api/files/reader.py": 1,
    "api/files/records.py": 3,
    "api/mails/folder.py": 2,
    "api/rest/reads.py": 1,
    "api/rest/conditions.py": 1,
    "api/http/handshake.py": 1,
    "api/http/middleware.py": 1,
    "schema/execution/documents.py": 1,
    "schema/scalars.py": 1,
    "api/logs.py": 1,
}
"""The number of patterns; a new pattern also gets its worst text."""


@dataclass(frozen=True, slots=True)
class Use:
    """A pattern, and the methods that are called with it."""

    pattern: re.Pattern[str]
    methods: frozenset[str]


def uses(path: str) -> Iterator[Use]:
    """The patterns of a file; each must be written as a literal where it is compiled, so that this test can read it."""
    tree = ast.parse((ROOT / path).read_text())
    called = {
        (n.value.id, n.attr) for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
    }
    names = {
        id(n.value): n.targets[0].id
        for n in ast.walk(tree)
        if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
            name = names.get(id(node))
            methods = {m for n, m in called if n == name} if node.func.attr == "compile" else {node.func.attr}
            yield Use(_compiled(node), frozenset(methods & CALLS))


def _compiled(call: ast.Call) -> re.Pattern[str]:
    given = [inner for argument in (*call.args[1:], *(k.value for k in call.keywords)) for inner in ast.walk(argument)]
    names = {inner.attr for inner in given if isinstance(inner, ast.Attribute) and hasattr(re.RegexFlag, inner.attr)}
    return re.compile(ast.literal_eval(call.args[0]), sum((re.RegexFlag[n] for n in names), re.RegexFlag(0)))


def found() -> dict[str, list[Use]]:
    paths = [p.as_posix() for p in tracked() if p.suffix == ".py" and p.parts[0] in LAYERS]
    return {p: here for p in paths if not p.startswith(OWN) and (here := list(uses(p)))}


def seconds(use: Use, text: str) -> float:
    """Processor time of using a pattern, the shortest of three runs."""
    anchored = use.methods <= {"match", "fullmatch"}

    def once() -> float:
        began = time.process_time()
        use.pattern.fullmatch(text)
        use.pattern.match(text)
        if not anchored:
            use.pattern.sub("", text)
        return time.process_time() - began

    return min(once() for _ in range(3))


def test_every_pattern_is_listed() -> None:
    assert {path: len(here) for path, here in found().items()} == COUNTS
    assert set(WORST) == set(COUNTS)


def test_every_pattern_is_used_here() -> None:
    assert all(use.methods for here in found().values() for use in here), "used in another file: measure its use there"


def test_no_pattern_is_compiled_under_another_name() -> None:
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in ("re", "regex"), path
            if isinstance(node, ast.Import):
                assert not any(n.name == "regex" or (n.name == "re" and n.asname) for n in node.names), path


CASES: list[tuple[str, Use, str]] = [
    (path, use, part * (SIZE // len(part)) + end)
    for path, here in found().items()
    for use in here
    for parts in WORST.get(path, [])
    for part in parts
    for end in ("", "\n", "!")
]


@pytest.mark.parametrize("path", sorted(WORST))
def test_patterns_are_linear(path: str) -> None:
    for _, use, text in (c for c in CASES if c[0] == path):
        # Other load slows a run down, but not every one: what is quadratic is so each time.
        assert any(is_linear(use, text) for _ in range(8)), (use.pattern.pattern, text[:20])


def is_linear(use: Use, text: str) -> bool:
    """Whether a text of several times the length takes about as many times longer, in one measurement."""
    short, long = seconds(use, text), seconds(use, text[:-1] * TIMES + text[-1:])
    # What takes less than 2 ms for 64 thousand characters is linear, whatever the clock makes of it.
    return long < 0.002 or long < short * TIMES * SLACK


def test_a_quadratic_pattern_is_found() -> None:
    # Other load may slow the shorter text down alone, but not most of the times.
    taken_for_linear = [is_linear(Use(re.compile("a*b"), frozenset({"sub"})), "a" * 3_000) for _ in range(5)]
    assert taken_for_linear.count(True) < 3
