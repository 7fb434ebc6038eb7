"""A round trip with the generated client, run in the generator's environment: it works if this ends without an error.

Standard input has the address of the server and an admin's e-mail address and password, as JSON.
"""

from __future__ import annotations

import json
import sys

from rollcall_v1 import AuthenticatedClient, Client
from rollcall_v1.api.default import create_user, delete_user, get_user, list_users, sign_in, sign_out, update_user
from rollcall_v1.models import ChangedUser, Login, NewUser, NewUserRole
from rollcall_v1.models.create_user_response_409 import CreateUserResponse409
from rollcall_v1.models.get_user_response_404 import GetUserResponse404
from rollcall_v1.models.sign_in_response_401 import SignInResponse401
from rollcall_v1.models.user_role import UserRole

given = json.load(sys.stdin)
stranger = Client(base_url=given["url"], raise_on_unexpected_status=True, timeout=120)
refused = sign_in.sync(client=stranger, body=Login(email=given["email"], password="not the password"))
assert isinstance(refused, SignInResponse401), refused
assert refused.error.code == "INVALID_CREDENTIALS"

signed_in = sign_in.sync(client=stranger, body=Login(email=given["email"], password=given["password"]))
client = AuthenticatedClient(
    base_url=given["url"], token=signed_in.data.access_token, raise_on_unexpected_status=True, timeout=120
)
body = NewUser(email="generated@example.com", display_name="Generated", role=NewUserRole.AUDITOR)
created = create_user.sync_detailed(client=client, body=body)
user = created.parsed.data
assert (created.status_code, user.role, user.version) == (201, UserRole.AUDITOR, 1), created
assert created.headers["location"] == f"/api/v1/users/{user.id}"
assert isinstance(create_user.sync(client=client, body=body), CreateUserResponse409)

found = list_users.sync(client=client, email="generated@example.com")
assert [one.id for one in found.data] == [user.id], found
changed = update_user.sync(user.id, client=client, body=ChangedUser(display_name="Changed"), if_match='"1"')
assert (changed.data.display_name, changed.data.version) == ("Changed", 2), changed
assert get_user.sync(user.id, client=client).data == changed.data
assert delete_user.sync(user.id, client=client).data is None
missing = get_user.sync(user.id, client=client)
assert isinstance(missing, GetUserResponse404), missing
assert sign_out.sync(client=client).success is True
