"""A seeded directory that is kept between runs: its settings, and users whose tokens the requests bring."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

from api.bootstrap.core import Core
from api.cli.local.embedded import Engines, kept_secret
from api.settings import Settings
from bench.growth.seed import BENCH_DOMAIN
from domain.models.actor import Origin, Role, system
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser

TOKEN_SECONDS = 6 * 3600


def settings_of(engines: Engines, folder: Path) -> Settings:
    """The settings of a directory, with a key that is kept in its folder."""
    return Settings.load(
        _env_file=None,
        database_url=engines.database_url,
        redis_url=engines.redis_url,
        secret_key=kept_secret(folder / "secret-key") * 2,
        access_token_seconds=TOKEN_SECONDS,
        log_level="warning",
    )


def environment_of(settings: Settings) -> Mapping[str, str]:
    """The environment of a server with these settings; `{port}` is for its port."""
    return {
        "DATABASE_URL": settings.database_url.dsn,
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "LOG_LEVEL": "warning",
        "API_PORT": "{port}",
    }


async def new_token(core: Core, name: str, role: Role) -> str:
    """The access token of a new user, whose address is told from those of the seed by its domain."""
    email, password = f"{name}.{secrets.token_hex(4)}@{BENCH_DOMAIN}", secrets.token_urlsafe(16)
    await core.users.create(system(), CreateUser(email, f"Bench {name}", role, password))
    signed_in = await core.sessions.sign_in(Origin(), SignIn(email, password))
    return core.tokens.issue_access(signed_in.session.id, signed_in.user.id, core.clock.now())[0]
