"""The settings as an admin may see them: each with its value, or, if it is a secret, only with whether it is set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import SecretStr

from api.settings import LocalSettings
from domain.models.service_info import Setting


def settings_in_force(settings: LocalSettings) -> tuple[Setting, ...]:
    """Every setting, in the order in which api/settings.py declares them."""
    return tuple(_shown(settings, name) for name in type(settings).model_fields)


def _shown(settings: LocalSettings, name: str) -> Setting:
    value = getattr(settings, name)
    is_set = value not in (None, "", ())
    hidden = not is_set or is_secret(type(settings), name)
    return Setting(name.upper(), None if hidden else _text(value), is_set)


def is_secret(kind: type[LocalSettings], name: str) -> bool:
    """Whether a setting holds a secret: by its declared type, whatever its value is."""
    declared = _types(kind.model_fields[name].annotation)
    return any(isinstance(type_, type) and issubclass(type_, SecretStr) for type_ in declared)


def _types(annotation: Any) -> Iterator[Any]:
    """The annotation and, recursively, all that it is composed of."""
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


def _text(value: object) -> str:
    """The value as one writes it into .env."""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
