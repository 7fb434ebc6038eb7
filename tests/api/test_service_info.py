"""What the service reports about itself over GraphQL; who sees which of it is in permissions.py."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from api.cli.local.embedded import Embedded
from api.settings import Settings
from api.version import VERSION
from tests.api.conftest import PASSWORD, Api, Person, Server

CHECKS = "{ serviceInfo { checks { name reason } } }"
NAMES = ["reads", "schema", "writes", "redis_listening", "redis_publishing", "redis_writing", "relay", "hub"]


async def until_checks(api: Api, by: Person, failed: Mapping[str, str]) -> None:
    """Wait until exactly these checks fail, with these words in their reasons; the results may be a second old."""
    async with asyncio.timeout(120):
        while True:
            checks = (await api.ask(CHECKS, by=by))["serviceInfo"]["checks"]
            assert [check["name"] for check in checks][: len(NAMES)] == NAMES
            faults = {check["name"]: check["reason"] for check in checks if check["reason"]}
            if faults.keys() == failed.keys() and all(words in faults[name] for name, words in failed.items()):
                return
            await asyncio.sleep(0.05)


async def test_the_checks_are_reported_with_their_results(api: Api, admin: Person) -> None:
    await until_checks(api, admin, {})


async def test_a_check_that_fails_says_why_and_recovers(own_engines: Embedded, own_settings: Settings) -> None:
    with Server(own_settings) as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(own_settings.admin_email or "", PASSWORD)
            await until_checks(api, admin, {})
            own_engines.valkey.kill()
            reason = "cannot be reached"
            await until_checks(
                api,
                admin,
                {"redis_listening": "does not send messages", "redis_publishing": reason, "redis_writing": reason},
            )
            own_engines.valkey.start()
            await until_checks(api, admin, {})


async def test_an_admin_sees_the_settings_in_force_without_their_secrets(api: Api, admin: Person) -> None:
    answer = await api.graphql("{ serviceInfo { version settings { name value isSet } } }", by=admin)
    info = answer["data"]["serviceInfo"]
    assert info["version"] == VERSION
    settings = {one["name"]: (one["value"], one["isSet"]) for one in info["settings"]}
    assert settings.keys() == {name.upper() for name in Settings.model_fields}
    assert settings["SIGN_INS_PER_ADDRESS"] == ("100000", True)
    assert settings["LOG_LEVEL"] == ("warning", True)
    assert settings["SECRET_KEY"] == settings["DATABASE_URL"] == settings["ADMIN_PASSWORD"] == (None, True)
    assert settings["METRICS_TOKEN"] == (None, False)
    own = api.server.container.core.settings
    for secret in (own.secret_key, own.database_url, own.redis_url, own.admin_password):
        assert secret is not None
        assert secret.get_secret_value() not in str(answer)
