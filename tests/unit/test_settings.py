"""The settings: which values are accepted, and how an error at start-up reads."""

from __future__ import annotations

import re
from datetime import date
from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.settings import ConfigurationError, LocalSettings, Settings
from persistence.redis.servers import RedisServers

KEY = "k3y-" + "0123456789abcdef" * 3
PASSWORD = "hunter2-hunter2"
COMPLETE = {
    "DATABASE_URL": f"postgresql://rollcall:{PASSWORD}@db:5432/rollcall",
    "REDIS_URL": f"redis://:{PASSWORD}@cache:6379/0",
    "SECRET_KEY": KEY,
}
ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("no_settings")


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in (COMPLETE | variables).items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def fault(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(ConfigurationError) as raised:
        load(monkeypatch, **variables)
    for value in variables.values():
        assert len(value) < 6 or value not in str(raised.value), "the value was shown"
    return str(raised.value)


def test_the_example_has_exactly_the_variables_that_exist() -> None:
    text = (ROOT / ".env.example").read_text()
    listed = re.findall(r"^#?([A-Z][A-Z_]*)=", text, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in LocalSettings.model_fields)


def test_every_variable_of_the_example_has_a_comment() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assignments = [number for number, line in enumerate(lines) if re.match(r"#?[A-Z][A-Z_]*=", line)]
    for number in assignments:
        above = next(line for line in reversed(lines[:number]) if not re.match(r"#?[A-Z][A-Z_]*=", line))
        assert above.startswith("# "), lines[number]


def test_the_examples_are_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = re.sub(r"^#([A-Z])", r"\1", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    (tmp_path / ".env").write_text(text)
    monkeypatch.setenv("SECRET_KEY", KEY)
    settings = Settings.load()
    assert settings.cors_origins == ("https://intranet.example.com",)
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"),)


def test_the_defaults_in_the_example_are_the_real_ones() -> None:
    text = (ROOT / ".env.example").read_text()
    settings = LocalSettings.load()
    for name in LocalSettings.model_fields:
        default = getattr(settings, name)
        if default not in (None, ()):
            shown = str(default).lower() if isinstance(default, bool) else default
            assert f"\n#{name.upper()}={shown}\n" in text, name


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_each_spelling_of_a_postgresql_address_is_accepted(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    url = load(monkeypatch, DATABASE_URL=f"{scheme}://u:p%40ss@db/name?sslmode=require").database_url
    assert url.dsn == "postgresql://u:p%40ss@db/name?sslmode=require"


def test_an_address_with_several_hosts_is_kept_and_shown_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    given = "u:p%2Css@db-1:5432,[::1]:5433,db-3/name?target_session_attrs=read-write"
    url = load(monkeypatch, DATABASE_URL=f"postgres://{given}").database_url
    assert url.dsn == f"postgresql://{given}"
    assert str(url) == "postgresql://***@db-1:5432,[::1]:5433,db-3/name"


def test_the_environment_takes_precedence_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("API_PORT=9000\nCONSOLE_PORT=9001\n")
    settings = load(monkeypatch, API_PORT="9100")
    assert (settings.api_port, settings.console_port) == (9100, 9001)


def test_v1_may_not_end_before_it_is_deprecated(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, REST_DEPRECATION="2027-01-01", REST_SUNSET="2027-01-01").rest_sunset == date(2027, 1, 1)
    assert "is before REST_DEPRECATION" in fault(monkeypatch, REST_DEPRECATION="2027-01-02", REST_SUNSET="2027-01-01")
    assert "REST_SUNSET" in fault(monkeypatch, REST_SUNSET="next-year")


def test_an_unused_session_may_last_for_hours_but_not_for_less_than_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, REFRESH_TOKEN_DAYS="30").refresh_token_days == 30
    assert load(monkeypatch, REFRESH_TOKEN_DAYS="0.5").refresh_token_days == 0.5
    assert "ACCESS_TOKEN_SECONDS" in fault(monkeypatch, REFRESH_TOKEN_DAYS="0.01", ACCESS_TOKEN_SECONDS="900")
    for wrong in ("0", "-1", "never"):
        assert "REFRESH_TOKEN_DAYS" in fault(monkeypatch, REFRESH_TOKEN_DAYS=wrong)
    assert load(monkeypatch, REFRESH_TOKEN_DAYS="30", SESSION_DAYS="0").session_days == 0
    assert "SESSION_DAYS" in fault(monkeypatch, SESSION_DAYS="-1")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, API_PORT="", ADMIN_PASSWORD="").api_port == 8000


def test_a_server_needs_its_engines_and_key() -> None:
    with pytest.raises(ConfigurationError) as raised:
        Settings.load()
    assert re.findall(r"(\w+): is not set", str(raised.value)) == ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"]


def test_a_local_run_needs_no_settings() -> None:
    settings = LocalSettings.load()
    assert (settings.database_url, settings.redis_url, settings.secret_key) == (None, None, None)


def test_all_faults_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    message = fault(monkeypatch, DATABASE_URL="mysql://db/x", REDIS_URL="cache", SECRET_KEY="short", API_PORT="eighty")
    assert re.findall(r"^  (\w+):", message, re.MULTILINE) == ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "API_PORT"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", "sqlite:///file", "must begin with postgresql://"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@db", "names no database"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@/name", "names no host"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@db:port/name", "cannot be read"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@[db/name", "cannot be read"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@db/name?sslcert=x", "sslcert"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@a,b/name", "target_session_attrs, which must be primary or"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@a/name?target_session_attrs=any", "target_session_attrs"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@a,b:x/name?target_session_attrs=primary", "cannot be read"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@a,/name?target_session_attrs=primary", "names no host"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@db/name?sslmode=on", "sslmode that does not exist"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@db/name?sslrootcert=/nowhere/ca.pem", "sslrootcert that is not"),
        ("DATABASE_URL", f"postgresql://u:{PASSWORD}@db/name?sslrootcert=.env", "sslrootcert that is not"),
        ("DATABASE_REPLICA_URLS", f"postgresql://u:{PASSWORD}@a/n,http://{PASSWORD}", "must begin with postgresql://"),
        ("REDIS_URL", f"memcached://{PASSWORD}", "must begin with redis://"),
        ("REDIS_URL", "redis://", "names no host"),
        ("REDIS_URL", "unix://", "names no socket"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache/first", "not a number"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache/0?foo={PASSWORD}", "unsupported options"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache/0?foo=", ": foo"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache/0?socket_timeout=60", ": socket_timeout"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache/0?retry=3&parser_class=x", ": parser_class, retry"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache?db=first&protocol=3", "cannot be used: db"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache?protocol=9", "cannot be used: protocol"),
        ("REDIS_URL", f"redis://:{PASSWORD}@cache?ssl_cert_reqs=none", "need rediss://: ssl_cert_reqs"),
        ("REDIS_URL", f"rediss://:{PASSWORD}@cache?ssl_cert_reqs=perhaps", ": ssl_cert_reqs"),
        ("REDIS_URL", f"valkeys://:{PASSWORD}@cache?ssl_ca_certs=/no/such/file", "cannot be read: ssl_ca_certs"),
        ("REDIS_URL", f"rediss://:{PASSWORD}@cache?ssl_keyfile=/no/such/file", ": ssl_keyfile"),
        ("REDIS_URL", f"redis+sentinel://:{PASSWORD}@a,b/0", "names no service"),
        ("REDIS_URL", f"redis+sentinel://:{PASSWORD}@a,/0?service=main", "names no host"),
        ("REDIS_URL", f"redis+sentinel://:{PASSWORD}@a,b:x/0?service=main", "cannot be read"),
        ("REDIS_URL", f"redis+sentinel://:{PASSWORD}@a/0?service=main&foo={PASSWORD}", "unsupported options"),
        ("REDIS_URL", f"redis+cluster://:{PASSWORD}@a/1", "names a database"),
        ("REDIS_URL", f"redis+cluster://:{PASSWORD}@a?service=main", "unsupported options"),
        ("REDIS_URL", f"redis+other://:{PASSWORD}@a", "must begin with redis"),
        ("SECRET_KEY", "changeme", "shorter than 32 bytes"),
        ("SECRET_KEY", "make-one-with-openssl-rand-base64-48", "known or guessable"),
        ("SECRET_KEY", "abcd" * 12, "known or guessable"),
        ("CORS_ORIGINS", "https://a.example, *", "cannot be *"),
        ("CORS_ORIGINS", "https://a.example/path", "optionally a port"),
        ("CORS_ORIGINS", "a.example", "must begin with http"),
        ("PUBLIC_URL", f"https://user:{PASSWORD}@a.example", "optionally a port"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,gateway", "addresses or networks"),
        ("API_PORT", "0", "greater than or equal to 1"),
        ("HASH_THREADS", "0", "greater than 0"),
        ("LOG_FORMAT", "xml", "'console' or 'json'"),
        ("COOKIE_INSTANCE", "My.Instance", "letters a-z, digits, - and _"),
        ("COOKIE_INSTANCE", "x" * 64, "1 to 63"),
        ("LOG_RETENTION_DAYS", "-1", "greater than or equal to 0"),
        ("DEBUG", "perhaps", "valid boolean"),
    ],
)
def test_a_fault_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    message = fault(monkeypatch, **{name: value})
    assert f"  {name}: " in message
    assert words in message
    assert PASSWORD not in message


@pytest.mark.parametrize(
    "url",
    [
        "redis://cache",
        "redis://cache/",
        "redis://user:p%40ss@cache:6380/3?protocol=3&client_name=rollcall&health_check_interval=30",
        "valkey://cache?db=2",
        "unix:///run/valkey.sock?db=1&username=u&password=p",
        "redis+sentinel://user:p%40ss@a:26379,b,[::1]:5/2?service=main&sentinel_password=p",
        "rediss+sentinel://a,b?service=main&ssl_cert_reqs=none&ssl_check_hostname=false",
        "rediss+cluster://user:p%40ss@a:7000,b?ssl_cert_reqs=none&ssl_check_hostname=false",
        "rediss://cache?ssl_cert_reqs=none&ssl_check_hostname=false&ssl_min_version=771",
    ],
)
def test_a_redis_address_with_options_that_redis_py_takes(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    accepted = load(monkeypatch, REDIS_URL=url).redis_url.get_secret_value()
    assert accepted == url.replace("valkey:", "redis:").replace("unix://", "unix:")
    RedisServers(accepted).client()


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, ADMIN_PASSWORD=PASSWORD, DATABASE_REPLICA_URLS=f"postgresql://u:{PASSWORD}@r/n")
    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert PASSWORD not in shown
    assert KEY not in shown
    assert str(settings.database_url) == "postgresql://***@db:5432/rollcall"


def test_settings_are_immutable(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    with pytest.raises(ValidationError, match="frozen"):
        settings.debug = True  # type: ignore[misc]


def test_cookies_are_secure_under_https(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, PUBLIC_URL="https://Rollcall.example.com/").secure
    assert load(monkeypatch, PUBLIC_URL="https://Rollcall.example.com/").public_url == "https://rollcall.example.com"
    assert not load(monkeypatch, PUBLIC_URL="http://localhost:3000").secure


def test_lists_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, CORS_ORIGINS=" https://a.example , http://b.example:8080,", TRUSTED_PROXIES="::1")
    assert settings.cors_origins == ("https://a.example", "http://b.example:8080")
    assert settings.trusted_proxies == (ip_network("::1/128"),)
