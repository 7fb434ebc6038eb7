"""`rollcall invite`: an invitation from the command line, whose mail a running server sends."""

from __future__ import annotations

from email import message_from_bytes, policy

from tests.api.commands import Rollcall, until
from tests.api.conftest import free_port
from tests.smtp import token_in


def test_an_invitation_is_sent_by_a_running_server(rollcall: Rollcall) -> None:
    rollcall.environment |= {"ADMIN_EMAIL": "admin@example.com", "SIGN_UP": "invitation"}
    said = rollcall.run("invite", "CY@example.com", "--name", "Cy", "--role", "auditor", "--language", "de").out
    assert said.startswith("cy@example.com is invited as auditor until ")
    assert "Invalid email format" in rollcall.run("invite", "no address", code=1).err
    folder = rollcall.folder / "data" / "mail"
    assert not folder.exists()
    rollcall.environment["API_PORT"] = str(free_port())
    rollcall.start("serve")
    name = "*-invitation-cy@example.com.eml"
    until(lambda: any(folder.glob(name)))
    (file,) = folder.glob(name)
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Content-Language"] == "de"
    assert "Rollcall" in message["Subject"]
    assert len(token_in(message)) == 43


def test_where_sign_up_is_closed_invitations_are_refused(rollcall: Rollcall) -> None:
    rollcall.environment["SIGN_UP_ENABLED"] = "false"
    assert "turned off" in rollcall.run("invite", "cy@example.com", code=1).err
