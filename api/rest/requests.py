"""What the v1 routes read: the models of bodies and query parameters, which also describe them in the OpenAPI document.

The rules of texts stand in `domain.models.text`; the document repeats their bounds. A `format` of its own says that the
bounds alone do not suffice; the description says what else is required.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from api.files.reader import Form
from api.files.vendors import Vendor
from domain.models.actor import Role
from domain.models.directory import UserFilter, UserSort
from domain.models.passwords import PASSWORD_MAX, PASSWORD_MIN
from domain.models.text import EMAIL_MAX, NAME_MAX, SEARCH_FOLDED_MAX, SEARCH_WORDS_MAX
from domain.models.user import Status


def _text(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string"} | schema)


Email = Annotated[str, _text(format="idn-email", minLength=3, maxLength=EMAIL_MAX)]
DisplayName = Annotated[
    str,
    _text(
        format="display-name",
        minLength=1,
        maxLength=NAME_MAX,
        description="Not blank, and without characters that cannot be seen or that reverse others",
    ),
]
NewPassword = Annotated[
    str,
    _text(
        format="password",
        minLength=PASSWORD_MIN,
        maxLength=PASSWORD_MAX,
        description="The length is also that of its NFKC form. Common passwords are refused, and those made of the user's "
        "name or address",
    ),
]
Secret = Annotated[str, _text(format="password")]
Search = Annotated[
    str,
    _text(
        format="search",
        maxLength=SEARCH_FOLDED_MAX,
        description=f"Part of a name or an e-mail address: at most {SEARCH_FOLDED_MAX} characters and {SEARCH_WORDS_MAX} "
        "words in the form that is searched (compatibility characters count as what they stand for)",
    ),
]
Cursor = Annotated[
    str,
    _text(
        format="cursor",
        minLength=1,
        description="The end of the previous page of this list; follow its Link header instead",
    ),
]
Charset = Annotated[
    str,
    Field(max_length=40),
    _text(
        format="charset",
        maxLength=40,
        description="The encoding of the file, such as windows-1252, unless it is UTF-8 or has a byte order mark",
    ),
]
Code = Annotated[
    str,
    _text(
        format="password",
        description="A code of the authenticator app or a recovery code, where the user has a second factor; otherwise ignored",
    ),
]
RoleName = Literal["member", "auditor", "admin"]


class Body(BaseModel):
    """A request body: no unknown fields, no type conversion."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class NewUser(Body):
    """POST /api/v1/users."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "ada@example.com", "display_name": "Ada Lovelace", "role": "member"}],
        }
    )

    email: Email
    display_name: DisplayName
    password: NewPassword | None = Field(default=None, repr=False)
    role: RoleName = "member"


class ChangedUser(Body):
    """PUT /api/v1/users/{id}; fields left out stay as they are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"display_name": "Ada King", "status": "active"}]})

    email: Email | None = None
    display_name: DisplayName | None = None
    password: NewPassword | None = Field(default=None, repr=False)
    role: RoleName | None = None
    status: Literal["active", "disabled"] | None = None


class Login(Body):
    """POST /api/v1/auth/login."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"email": "ada@example.com", "password": "correct horse battery"}]}
    )

    email: Email
    password: Secret = Field(repr=False)
    totp_code: Code | None = Field(default=None, repr=False)
    cookie: bool = Field(default=False, description="Whether the tokens are returned in httpOnly cookies")


class Refresh(Body):
    """POST /api/v1/auth/refresh."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh_token": "the token of the last response"}]})

    refresh_token: str | None = Field(default=None, repr=False)


class Parameters(BaseModel):
    """Query parameters, converted from text; this one is that of a route that takes none."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class Selection(Parameters):
    """The query parameters that select users."""

    search: Search | None = None
    email: str | None = Field(default=None, description="Only the user with exactly this e-mail address")
    role: RoleName | None = Field(default=None, description="Only this role")
    status: Literal["active", "disabled", "deleted"] | None = Field(default=None, description="Only this status")

    def filter(self, statuses: frozenset[Status] | None = None) -> UserFilter:
        """The filter; without a status, users with these."""
        return UserFilter(
            status=frozenset({Status(self.status)}) if self.status else statuses,
            role=frozenset({Role(self.role)}) if self.role else None,
            email=self.email,
        )


class UserListQuery(Selection):
    """The query parameters of the user list."""

    limit: int = Field(default=20, ge=1, le=100, description="The maximum number of users")
    after: Cursor | None = None
    count: bool = Field(default=False, description="Whether to count all matching users")


class ImportQuery(Parameters):
    """The query parameters of an import."""

    format: Form | None = Field(default=None, description="The format; without it, that of the media type")
    encoding: Charset | None = None
    vendor: Vendor | None = Field(
        default=None, alias="from", description="Whose export the file is, unless its header says so"
    )
    start: int = Field(
        default=0,
        ge=0,
        le=10**9,
        description="Import only rows that begin after this line: the `line` of the last progress of an earlier run",
    )
    dry_run: bool = Field(default=False, description="Say what would become of each row, and write nothing")


class ExportQuery(Selection):
    """The query parameters of an export."""

    format: Form = Field(default=Form.CSV, description="The format of the file")
    online: bool | None = Field(default=None, description="Only users who are online, or not")
    email_verified: bool | None = Field(default=None, description="Only users whose e-mail address is verified, or not")
    sort: UserSort | None = Field(
        default=None, description="The order; without it by relevance or, without a search, by creation"
    )
    descending: bool = Field(default=False, description="The order backwards")

    def filter(self, statuses: frozenset[Status] | None = None) -> UserFilter:
        """The filter; without a status, users with these."""
        return replace(super().filter(statuses), online=self.online, email_verified=self.email_verified)
