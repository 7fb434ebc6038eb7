"""The headers that the exports of other directories have, as `column_key` writes them.

Sources: Okta's CSV import template and user report; Google Workspace's "Download users" and GAM; Microsoft Entra's bulk
"Download users" and Microsoft 365's export; Keycloak's user representation; Auth0's user export; Moodle's "Upload users".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Keys = tuple[str, ...]


class Vendor(StrEnum):
    """Whose export a file is."""

    OKTA = "okta"
    GOOGLE = "google"
    ENTRA = "entra"
    KEYCLOAK = "keycloak"
    AUTH0 = "auth0"
    MOODLE = "moodle"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a kind of file has its fields.

    Each field has the columns that may hold it, best first: `email`, `display_name`, `first_name` and `last_name` are
    taken from the first that is not empty, the others from the first that is there. `active` is true for active users,
    `inactive` for disabled ones.
    """

    email: Keys
    display_name: Keys = ("displayname",)
    first_name: Keys = ("firstname", "givenname")
    last_name: Keys = ("lastname", "surname", "familyname")
    role: Keys = ("role",)
    status: Keys = ("status",)
    active: Keys = ()
    inactive: Keys = ()
    email_verified: Keys = ("emailverified",)
    password_hash: Keys = ("passwordhash",)
    signs: tuple[frozenset[str], ...] = field(default=())
    """Columns that only this vendor's files have together; any of the sets is enough."""


ANY = Columns(
    email=("email", "emailaddress", "mail", "primaryemail", "workemail", "userprincipalname", "login", "username"),
    display_name=("displayname", "name", "fullname"),
    first_name=("firstname", "givenname", "forename", "namegivenname"),
    last_name=("lastname", "surname", "familyname", "namefamilyname"),
    active=("accountenabled", "enabled", "active", "isactive"),
    inactive=("suspended", "blocked", "disabled", "isdisabled", "blockcredential", "blocksignin", "deactivated"),
)
"""What is understood when no vendor is named or found; an e-mail is taken from one column only."""

VENDORS: Mapping[Vendor, Columns] = {
    Vendor.OKTA: Columns(
        email=("email", "primaryemail", "login", "username"),
        signs=(frozenset({"login", "firstname"}), frozenset({"honorificprefix"}), frozenset({"oktaid"})),
    ),
    Vendor.GOOGLE: Columns(
        email=("emailaddress", "primaryemail"),
        display_name=("namefullname",),
        first_name=("firstname", "namegivenname"),
        last_name=("lastname", "namefamilyname"),
        role=(),
        inactive=("suspended",),
        signs=(frozenset({"orgunitpath"}), frozenset({"primaryemail", "suspended"})),
    ),
    Vendor.ENTRA: Columns(
        email=("mail", "userprincipalname"),
        role=(),
        status=(),
        active=("accountenabled",),
        inactive=("blockcredential", "blocksignin"),
        signs=(frozenset({"userprincipalname"}),),
    ),
    Vendor.KEYCLOAK: Columns(
        email=("email",),
        display_name=(),
        role=(),
        status=(),
        active=("enabled",),
        signs=(frozenset({"username", "emailverified", "enabled"}), frozenset({"createdtimestamp", "enabled"})),
    ),
    Vendor.AUTH0: Columns(
        email=("email",),
        display_name=("name",),
        role=(),
        status=(),
        inactive=("blocked",),
        signs=(frozenset({"nickname", "emailverified"}), frozenset({"nickname", "givenname", "familyname"})),
    ),
    Vendor.MOODLE: Columns(
        email=("email",),
        display_name=(),
        role=(),
        status=(),
        inactive=("suspended",),
        signs=(
            frozenset({"username", "firstname", "suspended"}),
            frozenset({"username", "firstname", "idnumber"}),
            frozenset({"username", "firstname", "course1"}),
        ),
    ),
}


def vendor_of(keys: Collection[str]) -> Vendor | None:
    """Whose export has these columns; None if no vendor's, or more than one's."""
    present = frozenset(keys)
    found = [v for v, names in VENDORS.items() if any(sign <= present for sign in names.signs)]
    return found[0] if len(found) == 1 else None
