"""The GraphQL schema: its fields at the top, and its types, from the schema that the server has."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql import build_schema as parse
from graphql.language import print_ast
from graphql.utilities.ast_from_value import ast_from_value

from docs.tools.markdown import code, page, table
from schema.root import build_schema

INTRO = """\
The GraphQL API as tables: what can be asked for, then every type. [schema/schema.graphql](../../schema/schema.graphql) is the same for
tools, and the page "Developers" of the console sends operations. `!` marks what is never null."""
TITLES = {"Query": "Queries", "Mutation": "Mutations", "Subscription": "Subscriptions"}


def render() -> str:
    """The page."""
    types = parse(build_schema().as_str()).type_map
    roots = [_fields(title, types[name]) for name, title in TITLES.items()]
    rest = [type_ for name, type_ in sorted(types.items()) if name not in TITLES and not _is_builtin(type_)]
    return page("GraphQL", "`schema/`", INTRO, *roots, "## Types", *(_type(type_) for type_ in rest))


def _is_builtin(type_: GraphQLNamedType) -> bool:
    return is_introspection_type(type_) or is_specified_scalar_type(type_)


def _fields(title: str, type_: GraphQLNamedType) -> str:
    assert isinstance(type_, GraphQLObjectType)
    rows = [(code(name + _arguments(f)), code(str(f.type)), _said(f)) for name, f in type_.fields.items()]
    return f"## {title}\n\n" + table(("field and arguments", "type", "meaning"), rows)


def _arguments(found: GraphQLField) -> str:
    listed = []
    for name, argument in found.args.items():
        default = ast_from_value(argument.default_value, argument.type)
        listed.append(
            f"{name}: {argument.type}" + (f" = {print_ast(default)}" if default and argument.default_value else "")
        )
    return f"({', '.join(listed)})" if listed else ""


def _said(found: GraphQLField) -> str:
    """What a field means, and what its arguments do."""
    parts = [found.description or ""]
    parts += [f"{code(name)}: {argument.description}" for name, argument in found.args.items() if argument.description]
    if found.deprecation_reason:
        parts.append(f"Deprecated: {found.deprecation_reason}")
    return "<br>".join(filter(None, parts))


def _type(type_: GraphQLNamedType) -> str:
    return "\n\n".join(filter(None, [f"### {type_.name}", type_.description or "", *_body(type_)]))


def _body(type_: GraphQLNamedType) -> Iterator[str]:
    if isinstance(type_, GraphQLEnumType):
        yield table(("value", "meaning"), [(code(name), v.description or "") for name, v in type_.values.items()])
    elif isinstance(type_, GraphQLUnionType):
        yield "One of " + ", ".join(code(member.name) for member in type_.types) + "."
    elif isinstance(type_, GraphQLInputObjectType):
        yield table(
            ("field", "type", "meaning"),
            [(code(n), code(str(f.type)), f.description or "") for n, f in type_.fields.items()],
        )
    elif isinstance(type_, GraphQLScalarType):
        yield "A scalar."
    else:
        fields: dict[str, GraphQLField] = getattr(type_, "fields", {})
        yield table(
            ("field", "type", "meaning"),
            [(code(n + _arguments(f)), code(str(f.type)), _said(f)) for n, f in fields.items()],
        )
