"""The settings as admins see them: every one of them, and of a secret never more than whether it is set."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr

from api.settings import LocalSettings, Settings
from api.settings_in_force import is_secret, settings_in_force
from api.version import VERSION
from domain.models.service_info import Setting

KEY = "k3y-" + "0123456789abcdef" * 3
CANARY = "hunter2-hunter2-canary"
SECRETS = {
    "ADMIN_PASSWORD": CANARY,
    "DATABASE_DIRECT_URL": f"postgresql://rollcall:{CANARY}@db.example:5433/rollcall",
    "DATABASE_REPLICA_URLS": f"postgresql://u:{CANARY}@a.example/n,postgresql://u:{CANARY}@b.example/n",
    "DATABASE_URL": f"postgresql://rollcall:{CANARY}@db.example:5432/rollcall",
    "HEALTH_EXTERNAL_URLS": f"https://u:{CANARY}@a.example/{CANARY}",
    "METRICS_TOKEN": CANARY,
    "SMTP_URL": f"smtp://u:{CANARY}@cache.example:587",
    "OTEL_EXPORTER_OTLP_ENDPOINT": f"https://u:{CANARY}@a.example",
    "OTEL_EXPORTER_OTLP_HEADERS": f"x-key={CANARY}",
    "PROXY_TOKEN": CANARY,
    "REDIS_URL": f"redis://:{CANARY}@cache.example:6379/0",
    "ROLLCALL_API_KEY": CANARY,
    "ROLLCALL_PASSWORD": CANARY,
    "SECRET_KEY": KEY,
    "SECRET_KEYS": KEY,
}
NEEDED = {name.lower(): SECRETS[name] for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}


pytestmark = pytest.mark.usefixtures("no_settings")


def in_force(**values: object) -> dict[str, Setting]:
    """The settings in force by name."""
    return {one.name: one for one in settings_in_force(Settings.load(**{**NEEDED, **values}))}


def test_every_setting_is_listed_once() -> None:
    listed = [one.name for one in settings_in_force(Settings.load(**NEEDED))]
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_of_a_secret_only_whether_it_is_set_is_shown() -> None:
    found = in_force(**{name.lower(): value for name, value in SECRETS.items()})
    for name in SECRETS:
        assert found[name] == Setting(name, None, is_set=True)
    shown = repr(found)
    for part in (CANARY, KEY, "db.example", "cache.example", "a.example"):
        assert part not in shown


def test_a_secret_that_is_not_set_is_shown_as_such() -> None:
    found = in_force()
    for name in SECRETS.keys() - {n.upper() for n in NEEDED}:
        assert found[name] == Setting(name, None, is_set=False)


def test_the_secrets_are_exactly_those_whose_names_say_so() -> None:
    """A new setting with such a name must be declared as a SecretStr, and a new secret is tested above."""
    for kind in (Settings, LocalSettings):
        secret = {name.upper() for name in kind.model_fields if is_secret(kind, name)}
        named = {
            name.upper() for name in kind.model_fields if re.search("key|token(?!_)|password|secret|urls?$|otlp", name)
        }
        assert secret == named - {"PUBLIC_URL"} == SECRETS.keys()


def test_the_declared_type_decides_wherever_it_stands() -> None:
    class More(LocalSettings):
        bare: SecretStr = SecretStr(CANARY)
        nested: tuple[dict[str, SecretStr | None], ...] = ({"a": SecretStr(CANARY)},)

    found = {one.name: one for one in settings_in_force(More.load())}
    assert found["BARE"] == Setting("BARE", None, is_set=True)
    assert found["NESTED"] == Setting("NESTED", None, is_set=True)


def test_other_values_are_shown_as_they_are_written() -> None:
    found = in_force(cors_origins="https://a.example, https://b.example", trusted_proxies="10.0.0.0/8", debug=True)
    values = {name: one.value for name, one in found.items() if one.is_set}
    assert values["CORS_ORIGINS"] == "https://a.example,https://b.example"
    assert values["TRUSTED_PROXIES"] == "10.0.0.0/8"
    assert (values["DEBUG"], values["SIGN_UP_ENABLED"]) == ("true", "true")
    assert (values["LOG_RETENTION_DAYS"], values["DATA_DIR"]) == ("0", ".rollcall")


@pytest.mark.parametrize("name", ["CORS_ORIGINS", "COOKIE_INSTANCE", "ADMIN_EMAIL"])
def test_what_is_empty_is_not_set(name: str) -> None:
    assert in_force()[name] == Setting(name, None, is_set=False)


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
