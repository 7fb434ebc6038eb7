"""The only reader of the environment: every variable, its default, and the errors for invalid values."""

from __future__ import annotations

import ipaddress
import os
import string
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.addresses import (
    Address,
    DatabaseAddress,
    ExternalAddress,
    check_database,
    check_external,
    check_smtp,
    parts_of,
)
from api.mails.sender import check_sender
from api.mails.templates import check_templates
from api.redis_address import check_redis
from domain.models.language import Language
from domain.models.second_factor import FactorRequirement
from domain.models.sign_up import SignUpMode

SECRET_KEY_BYTES = 32
"""The shortest signing key: an HMAC-SHA256 key as long as its hash (RFC 7518 section 3.2)."""

KNOWN_KEYS = frozenset({"changeme-changeme-changeme-changeme", "make-one-with-openssl-rand-base64-48"})
"""Keys from public examples."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ConfigurationError(Exception):
    """The settings are not valid; the message names every variable and its fault, but no secret."""


def split_list(value: object) -> object:
    """`a, b` as `("a", "b")`; values that are not text are left to the type's own check."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def check_secret_key(key: SecretStr) -> SecretStr:
    """The key, if it cannot be guessed."""
    value = key.get_secret_value()
    hint = "generate one with: openssl rand -base64 48"
    if len(value.encode()) < SECRET_KEY_BYTES:
        raise ValueError(f"is shorter than {SECRET_KEY_BYTES} bytes; {hint}")
    if value.lower() in KNOWN_KEYS or len(set(value)) < SECRET_KEY_BYTES // 4:
        raise ValueError(f"is a known or guessable value; {hint}")
    return key


def check_public_url(url: str) -> str:
    """An http or https address without path, as browsers write an origin."""
    parts = parts_of(url, {"http": "http", "https": "https"})
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("must consist of a scheme, a host and optionally a port, such as https://rollcall.example.com")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def check_origin(origin: str) -> str:
    """One origin; `*` is refused because requests carry cookies."""
    if origin == "*":
        raise ValueError("cannot be *: requests carry cookies, so each origin must be listed")
    return check_public_url(origin)


def check_cookie_instance(name: str) -> str:
    """Part of a cookie's name, and as Docker Compose names a project; empty for the names without an instance."""
    if len(name) > 63 or name[:1] in ("-", "_") or not set(name) <= {*string.ascii_lowercase, *string.digits, "-", "_"}:
        raise ValueError("must be 1 to 63 letters a-z, digits, - and _, and begin with a letter or digit")
    return name


def check_network(value: object) -> Network:
    """A network or a single address."""
    try:
        return ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        raise ValueError("must be addresses or networks such as 10.0.0.0/8") from None


def check_sunset(sunset: date | None, info: ValidationInfo) -> date | None:
    """The end of v1, which may not be before its deprecation (RFC 9745 section 4)."""
    deprecation = info.data.get("rest_deprecation")
    if sunset is not None and deprecation is not None and sunset < deprecation:
        raise ValueError("is before REST_DEPRECATION")
    return sunset


def check_direct(direct: DatabaseAddress | None, info: ValidationInfo) -> DatabaseAddress | None:
    """The address of a database behind a pooler; without that of the pooler it would not be used."""
    if direct is not None and info.data.get("database_url", direct) is None:
        raise ValueError("needs DATABASE_URL, the address of the pooler before this database")
    return direct


def check_idle(days: float, info: ValidationInfo) -> float:
    """How long an unused session lasts; a token that is still valid would not outlive its session."""
    if days * 86_400 < info.data.get("access_token_seconds", 0):
        raise ValueError("is shorter than ACCESS_TOKEN_SECONDS")
    return days


def lower(value: object) -> object:
    """Text without regard to case."""
    return value.lower() if isinstance(value, str) else value


DatabaseUrl = Annotated[DatabaseAddress, AfterValidator(check_database)]
RedisUrl = Annotated[Address, AfterValidator(check_redis)]
ExternalUrl = Annotated[ExternalAddress, AfterValidator(check_external)]
SmtpUrl = Annotated[Address, AfterValidator(check_smtp)]
SecretKey = Annotated[SecretStr, AfterValidator(check_secret_key)]
PublicUrl = Annotated[str, AfterValidator(check_public_url)]
Networks = Annotated[
    tuple[Annotated[Network, BeforeValidator(check_network)], ...], NoDecode, BeforeValidator(split_list)
]
Port = Annotated[int, Field(ge=1, le=65535)]
TokenAudience = Annotated[str, Field(min_length=1, max_length=200)]
CookieInstance = Annotated[str, AfterValidator(check_cookie_instance)]


class LogSettings(BaseSettings):
    """How to log: read on its own, so that faults of the other settings are logged in this form too."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lower)] = "info"
    log_format: Annotated[Literal["console", "json"], BeforeValidator(lower)] = "console"


class LocalSettings(LogSettings):
    """The settings of `rollcall up`, which provides missing addresses and the key itself."""

    database_url: DatabaseUrl | None = None
    database_direct_url: Annotated[DatabaseUrl | None, AfterValidator(check_direct)] = None
    database_replica_urls: Annotated[tuple[DatabaseUrl, ...], NoDecode, BeforeValidator(split_list)] = ()
    database_pool_size: PositiveInt = 10
    database_read_seconds: PositiveInt = 2
    database_write_seconds: PositiveInt = 30
    database_lock_seconds: PositiveInt = 10
    slow_query_milliseconds: Annotated[int, Field(ge=0)] = 500
    redis_url: RedisUrl | None = None
    secret_key: SecretKey | None = None
    secret_keys: Annotated[tuple[SecretKey, ...], NoDecode, BeforeValidator(split_list)] = ()

    public_url: PublicUrl = "http://localhost:8000"
    cookie_instance: CookieInstance = ""
    api_host: str = "127.0.0.1"
    api_port: Port = 8000
    console: bool = True
    console_host: str = "127.0.0.1"
    console_port: Port = 3000
    cors_origins: Annotated[
        tuple[Annotated[str, AfterValidator(check_origin)], ...], NoDecode, BeforeValidator(split_list)
    ] = ()
    trusted_proxies: Networks = ()
    proxy_token: SecretStr | None = None
    body_limit_bytes: PositiveInt = 1024 * 1024
    import_limit_bytes: PositiveInt = 32 * 1024 * 1024
    answer_cache_megabytes: Annotated[int, Field(ge=0, le=4096)] = 32
    shutdown_seconds: PositiveInt = 10
    rest_deprecation: date | None = None
    rest_sunset: Annotated[date | None, AfterValidator(check_sunset)] = None

    admin_email: str | None = None
    admin_password: SecretStr | None = None
    sign_up: Annotated[SignUpMode, BeforeValidator(lower)] = SignUpMode.OPEN
    sign_up_enabled: bool = True
    require_second_factor: Annotated[FactorRequirement | None, BeforeValidator(lower)] = None
    new_device_mails: bool = False
    access_token_seconds: PositiveInt = 600
    token_audience: TokenAudience = "rollcall"  # noqa: S105 - whom tokens are for
    token_algorithm: Literal["EdDSA", "ES256"] = "EdDSA"  # noqa: S105 - a name
    refresh_token_days: Annotated[PositiveInt | PositiveFloat, AfterValidator(check_idle)] = 30
    session_days: Annotated[int, Field(ge=0, le=36_500)] = 90
    sign_ins_per_address: PositiveInt = 100
    hash_threads: PositiveInt = 1

    smtp_url: SmtpUrl | None = None
    mail_from: Annotated[str | None, AfterValidator(check_sender)] = None
    mail_language: Annotated[Language, BeforeValidator(lower)] = Language.EN
    mail_templates: Annotated[Path | None, AfterValidator(check_templates)] = None

    webhook_allowed_networks: Networks = ()

    rollcall_email: str | None = None
    rollcall_password: SecretStr | None = None
    rollcall_api_key: SecretStr | None = None

    data_dir: Path = Path(".rollcall")
    access_log: bool = False
    log_retention_days: Annotated[int, Field(ge=0)] = 0
    session_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    metrics_token: SecretStr | None = None
    otel_exporter_otlp_endpoint: ExternalUrl | None = None
    otel_exporter_otlp_headers: SecretStr | None = None
    otel_service_name: Annotated[str, Field(min_length=1)] = "rollcall"
    otel_traces_sampler_arg: Annotated[float, Field(ge=0, le=1)] = 1.0
    health_external_urls: Annotated[tuple[ExternalUrl, ...], NoDecode, BeforeValidator(split_list)] = ()
    drain_seconds: Annotated[int, Field(ge=0)] = 0
    debug: bool = False

    @model_validator(mode="before")
    @classmethod
    def prefer_secret_keys(cls, values: Any) -> Any:
        """SECRET_KEYS takes the place of SECRET_KEY, which is then the first of them."""
        keys = split_list(values.get("secret_keys") or ())
        return {**values, "secret_key": keys[0]} if isinstance(keys, tuple) and keys else values

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies are `__Host-` and Secure."""
        return self.public_url.startswith("https://")

    @property
    def traced(self) -> bool:
        """Whether traces are recorded."""
        return self.otel_exporter_otlp_endpoint is not None

    @property
    def sign_up_mode(self) -> SignUpMode:
        """Who may sign up; SIGN_UP_ENABLED=false closes it, whatever SIGN_UP says."""
        return self.sign_up if self.sign_up_enabled else SignUpMode.CLOSED

    @property
    def app_name(self) -> str:
        """How an authenticator app names this deployment."""
        host = urlsplit(self.public_url).hostname
        return "Rollcall" if host == "localhost" else f"Rollcall {host}"

    @classmethod
    def load(cls, **values: Any) -> Self:
        """Load from the environment and `.env`; `values` take precedence. Raises ConfigurationError with all faults at once."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise ConfigurationError(describe(error)) from None


class Settings(LocalSettings):
    """The settings of a server; nothing is generated here."""

    database_url: DatabaseUrl
    redis_url: RedisUrl
    secret_key: SecretKey

    @property
    def every_secret_key(self) -> tuple[str, ...]:
        """The key that encrypts and signs, then those that only decrypt and verify."""
        return tuple(key.get_secret_value() for key in self.secret_keys or (self.secret_key,))

    @property
    def direct_database_url(self) -> DatabaseAddress:
        """The address of the database itself, for what needs a connection of its own: locks, migrations and commands."""
        return self.database_direct_url or self.database_url

    @property
    def direct_setting(self) -> str:
        """The variable that has this address."""
        return "DATABASE_URL" if self.database_direct_url is None else "DATABASE_DIRECT_URL"


def describe(error: ValidationError) -> str:
    """One line per fault: the variable and what is wrong with it, never its value."""
    lines = []
    for fault in error.errors(include_url=False, include_input=False, include_context=False):
        name = str(fault["loc"][0]).upper()
        message = "is not set" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
        lines.append(f"  {name}: {message}")
    return "\n".join(["Rollcall cannot start with these settings:", *dict.fromkeys(lines)])


def tool_environment(first: Path, **values: str) -> dict[str, str]:
    """The environment for a tool that runs third-party code: without our settings, and with `first` at the front of PATH."""
    own = {name for name in os.environ if name.lower() in LocalSettings.model_fields}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return {**kept, **values, "PATH": os.pathsep.join([str(first), kept.get("PATH", os.defpath)])}
