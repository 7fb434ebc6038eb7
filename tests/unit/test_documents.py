"""Reading documents: the cost of the most expensive ones, what is refused to which client, and the memory that is kept."""

from __future__ import annotations

import contextlib
import gc
import json
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import Node, get_introspection_query, parse, validate

from schema.execution.cost import SUBSCRIPTION_COST_MAX
from schema.execution.document_cache import DocumentCache
from schema.execution.documents import ERRORS_MAX, STRANGERS_BYTES, Document, DocumentRefused, Documents
from schema.execution.limits import SAME_NAME_MAX, TEXT_MAX, TOKENS_MAX
from schema.marks import COST_MAX
from schema.root import build_schema
from tests.calls import counted

SCHEMA = build_schema()
CONSOLE = Path(__file__).parents[2] / "frontend/src/lib/graphql/documents.ts"
EVENTS = "events{edges{node{user{id email}}}} "
TOKEN = re.compile(r'"[^"]*"|\.\.\.|\w+|[^\s,\w]')


def fill(head: str, part: str, tail: str) -> str:
    """As many copies of a part as fit between a head and a tail; `%d` is the part's number."""
    numbered = [part.replace("%d", str(n)) for n in range(TOKENS_MAX)]
    room = TOKENS_MAX - sum(len(TOKEN.findall(t)) for t in (head, tail)) - 2
    parts = numbered[: room // len(TOKEN.findall(part))]
    while len("".join([head, *parts, tail])) > TEXT_MAX:
        parts.pop()
    return "".join([head, *parts, tail])


def fragments(count: int, spreads: int) -> str:
    """Fragments each of which spreads some of the following ones."""
    return " ".join(
        f"fragment F{i} on User{{id " + " ".join(f"...F{j}" for j in range(i + 1, min(count, i + 1 + spreads))) + "}"
        for i in range(count)
    )


MOST_EXPENSIVE = {
    "repeated pages": "{me{" + EVENTS * 235 + "}} # 1",
    "repeated pages, as many as fit": fill("{me{", EVENTS, "}}"),
    "repeated pages, as many of one name as are allowed": "{me{" + EVENTS * SAME_NAME_MAX + "}}",
    "one field many times": fill("{me{", "id ", "}}"),
    "two fields many times": fill("{me{", "id email ", "}}"),
    "other names": fill("{me{", "a%d:id ", "}}"),
    "lists of text": fill("{nodes(ids:[", '"a",', "]){id}}"),
    "lists of numbers": fill("{nodes(ids:[", "1,", "]){id}}"),
    "long text": '{node(id:"' + "x" * (TEXT_MAX - 20) + '"){id}}',
    "a long number": "{users(first:" + "9" * (TEXT_MAX - 40) + "){edges{cursor}}}",
    "lists in lists": "{nodes(ids:" + "[" * 480 + "1" + "]" * 480 + "){id}}",
    "selections in selections": "{me" * 400 + "{id}" + "}" * 400,
    "operations": fill("", "query q%d{me{id}} ", ""),
    "operations that share fragments": fill(fragments(40, 1), " query q%d{me{...F0}}", ""),
    "variables": fill("query(", "$v%d:Int ", "){me{id}}"),
    "inline fragments": fill("{me{", "...{id} ", "}}"),
    "inline fragments of a type": fill("{me{", "...on User{id} ", "}}"),
    "fragments in a row": "{me{" + " ".join(f"...F{i}" for i in range(90)) + "}}" + fragments(90, 0),
    "fragments one in the other": "{me{...F0}}" + fragments(90, 1),
    "fragments that double": "{me{...F0}}" + fragments(70, 2),
    "fragments spread by all": "{me{...F0}}" + fragments(28, 28),
    "one fragment many times": fill("{me{", "...F ", "}}fragment F on User{id}"),
    "a cycle": "{me{...F0}}" + fragments(60, 1) + " fragment G on User{...H} fragment H on User{...G}",
    "unknown fields": fill("{me{", "emial%d ", "}}"),
    "unknown arguments": fill("{users(", "frist%d:1 ", "){edges{cursor}}}"),
    "unknown types": fill("{me{", "...on Usr%d{id} ", "}}"),
    "unknown fragments": fill("{me{", "...Fragmnt%d ", "}}"),
    "one argument many times": fill("{users(", "first:1 ", "){edges{cursor}}}"),
    "one member many times": fill("{users(filter:{", "online:true ", "}){edges{cursor}}}"),
    "directives": fill("{me{id ", "@skip(if:true) ", "}}"),
    "conflicts": fill("{me{", "a:id a:email ", "}}"),
    "comments": "{me{id}}" + "#\n" * 190,
    "many comments": "{me{id}}" + "#\n" * (TEXT_MAX // 2 - 10),
    "introspection many times": fill("{__schema{types{", "name ", "}}}"),
    "introspection under other names": fill("{__schema{types{", "n%d:name ", "}}}"),
    "operations under one name": fill("", "query q{me{id}} ", ""),
    "blanks": "{me{id" + " " * (TEXT_MAX - 20) + "}}",
}


def calls_to_read(text: str, *, stranger: bool) -> int:
    """How many function calls it takes to read a text, or to refuse it."""
    documents = Documents(SCHEMA)
    with counted() as calls, contextlib.suppress(DocumentRefused):
        documents.get(text, stranger=stranger)
    return calls.count


@pytest.fixture(scope="module")
def ordinary() -> int:
    """The calls to parse and validate an ordinary document of 700 tokens, which takes some 7 ms."""
    text = "{me{" + " ".join(f"a{i}:id b{i}:email" for i in range(116)) + "}}"
    assert not validate(SCHEMA._schema, parse(text))
    with counted() as calls:
        assert not validate(SCHEMA._schema, parse(text))
    return calls.count


@pytest.mark.parametrize("stranger", [True, False])
@pytest.mark.parametrize("name", MOST_EXPENSIVE)
def test_no_document_takes_more_than_twice_the_calls_of_an_ordinary_one(
    name: str, stranger: bool, ordinary: int
) -> None:
    """Up to 2.1 times: at most 4 times the processor time, for the calls of its longest documents take longer."""
    assert calls_to_read(MOST_EXPENSIVE[name], stranger=stranger) < 2.3 * ordinary


def refusal_of(documents: Documents, text: str, *, stranger: bool = False) -> list[dict[str, Any]]:
    """The errors of a text that is refused."""
    with pytest.raises(DocumentRefused) as caught:
        documents.get(text, stranger=stranger)
    return caught.value.errors


@pytest.mark.parametrize("name", MOST_EXPENSIVE)
def test_a_refusal_is_short(name: str) -> None:
    with contextlib.suppress(DocumentRefused):
        Documents(SCHEMA).get(MOST_EXPENSIVE[name])
        return
    errors = refusal_of(Documents(SCHEMA), MOST_EXPENSIVE[name])
    assert len(errors) <= ERRORS_MAX + 1
    assert all(len(e["message"]) <= 500 and e["extensions"]["code"] for e in errors)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_fields_of_one_name_are_bounded_at_every_depth_and_through_fragments(depth: int) -> None:
    def nested(part: str) -> str:
        return "{me{" + "events(first:1){edges{node{user{" * (depth - 1) + part + "}}}}" * (depth - 1) + "}}"

    for part, tail in (
        ("id " * (SAME_NAME_MAX + 1), ""),
        ("... on User { id id } " * SAME_NAME_MAX, ""),
        (
            "...A ...B",
            "fragment A on User{" + "id " * 20 + "} fragment B on User{...C} fragment C on User{" + "id " * 11 + "}",
        ),
        ("x:id " * 20 + "...A", "fragment A on User{" + "x:id " * 11 + "}"),
    ):
        (error,) = refusal_of(Documents(SCHEMA), nested(part) + tail)
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert "number of fields of one name is" in error["message"]
        assert error["locations"]
    Documents(SCHEMA).get(nested("id " * SAME_NAME_MAX))


def console_documents() -> dict[str, str]:
    """The console's documents by name: each operation with the fragments it uses."""
    source = CONSOLE.read_text()
    literal = r'"((?:[^"\\]|\\.)*)"'
    fragments = dict(re.findall(rf"^const (\w+) = {literal};$", source, re.MULTILINE))
    operations = re.findall(rf"^export const (\w+) = \({literal}((?: \+ \w+)*)\)", source, re.MULTILINE)
    texts = {name: text + "".join(fragments[one] for one in named.split(" + ")[1:]) for name, text, named in operations}
    return {name: json.loads(f'"{text}"') for name, text in texts.items()}


def test_the_console_s_documents_and_introspection_are_well_within_the_limits() -> None:
    documents = Documents(SCHEMA)
    texts = console_documents()
    assert len(texts) > 15
    for name, text in (texts | {"introspection": get_introspection_query()}).items():
        document = documents.get(text)
        assert len(TOKEN.findall(text)) * 5 < TOKENS_MAX, name
        for operation in document.operations:
            limit = SUBSCRIPTION_COST_MAX if document.operation_type(operation) == "subscription" else COST_MAX
            assert document.cost(operation, {"ids": [""] * 100}) * 2 < limit, name


def test_anonymous_clients_get_no_suggestions_from_cached_errors() -> None:
    for text, hint in (
        ("{ mee { id } }", "me"),
        ("{ me { emial } }", "email"),
        ("{ users(frist: 1) { edges { cursor } } }", "first"),
    ):
        for order in ((True, False, True), (False, True, False)):
            documents = Documents(SCHEMA)
            for stranger in order:
                message = refusal_of(documents, text, stranger=stranger)[0]["message"]
                assert ("Did you mean" in message) is not stranger
                assert (f"'{hint}'" in message) is not stranger


def test_anonymous_clients_evict_nothing_that_members_use() -> None:
    documents = Documents(SCHEMA)
    kept = [documents.get(text) for text in console_documents().values()]
    before = documents.bytes_kept
    for number in range(300):
        documents.get("{me{" + "id " * 25 + "}} # " + "x" * 2000 + str(number), stranger=True)
        with contextlib.suppress(DocumentRefused):
            documents.get("{nope} # " + "x" * 2000 + str(number), stranger=True)
    assert documents.bytes_kept <= before + STRANGERS_BYTES
    for text, document in zip(console_documents().values(), kept, strict=True):
        assert documents.find(text, stranger=False) is document
        assert documents.find(text, stranger=True) is document, (
            "anonymous clients may use a document that members have cached"
        )


def test_a_cache_is_bounded_by_size_and_evicts_the_least_recently_used() -> None:
    cache: DocumentCache[str] = DocumentCache(100)
    for name in "abcd":
        cache.put(name, name.upper(), 30)
    assert (cache.get("a"), cache.get("b"), cache.bytes, len(cache)) == (None, "B", 90, 3)
    cache.put("e", "E", 40)
    assert [cache.get(n) for n in "bcde"] == ["B", None, "D", "E"]
    cache.put("b", "other", 60)
    assert (cache.get("b"), cache.bytes) == ("other", 100)
    cache.put("f", "larger than all", 101)
    assert (cache.get("f"), cache.bytes) == (None, 100)


@pytest.mark.parametrize(
    "text",
    [
        "{me{" + " ".join(f"a{i}:id" for i in range(100)) + " id email " * 29 + "}}",
        fill("{nodes(ids:[", "1,", "]){id}}"),
        fill("", "query q%d{me{id}} ", ""),
        '{node(id:"' + "\u00e9" * 16000 + '"){id}}',
        "{me{id}}" + " # " + "x" * 16000,
    ],
)
def test_a_document_takes_no_more_memory_than_is_counted(text: str) -> None:
    documents = Documents(SCHEMA)
    documents.get("{me{id}}")
    texts = [f"{text} #{number}" for number in range(10)]
    before = documents.bytes_kept
    gc.collect()
    tracemalloc.start()
    try:
        for one in texts:
            documents.get(one, stranger=True)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken < documents.bytes_kept - before


@pytest.mark.parametrize("text", ["{me{" + "id " * TOKENS_MAX + "}}", "{me{id}}" + "#\n" * 201, " " * (TEXT_MAX + 1)])
def test_a_document_that_is_too_large_gets_a_clear_error(text: str) -> None:
    (error,) = refusal_of(Documents(SCHEMA), text)
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "too l" in error["message"]
    assert refusal_of(Documents(SCHEMA), "{")[0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


def test_cached_documents_have_no_positions_and_refusals_have() -> None:
    documents = Documents(SCHEMA)
    document: Document = documents.get("query A { me { ...F } } fragment F on User { id }")
    found: list[Node] = []
    visit_nodes(document.ast, found.append)
    assert len(found) > 5
    assert all(node.loc is None for node in found)
    assert refusal_of(documents, "{\n  me { nope } }")[0]["locations"] == [{"line": 2, "column": 8}]


def visit_nodes(node: Node, see: Callable[[Node], None]) -> None:
    """Call `see` with a node and everything below it."""
    see(node)
    for key in node.keys:
        value = getattr(node, key)
        for child in value if isinstance(value, tuple | list) else (value,):
            if isinstance(child, Node):
                visit_nodes(child, see)
