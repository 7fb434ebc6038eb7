"""The fields of a user as they are sent: their canonical forms, and all faults at once."""

from __future__ import annotations

from collections.abc import Mapping

from domain.errors import FieldFault, ValidationFailed
from domain.models import passwords
from domain.models.text import canonical_email, clean_name
from domain.models.user import User


def checked(**fields: object) -> dict[str, str]:
    """The given fields of a user in canonical form, without those that are None.

    A password is compared with the name and address that are given. Raises ValidationFailed with all faults at once.
    """
    rules = {"email": canonical_email, "display_name": clean_name, "password": passwords.clean_password}
    clean: dict[str, str] = {}
    faults: list[FieldFault] = []
    for name, value in fields.items():
        if value is None:
            continue
        try:
            clean[name] = rules[name](str(value))
        except ValidationFailed as error:
            faults.extend(error.faults)
    try:
        refuse_own_words(clean)
    except ValidationFailed as error:
        faults.extend(error.faults)
    if faults:
        raise ValidationFailed(faults)
    return clean


def refuse_own_words(clean: Mapping[str, str], user: User | None = None) -> None:
    """Compare a new password, if there is one, with the name and address that the user has, or gets with it."""
    if "password" in clean:
        email = clean.get("email", user.email if user else "")
        passwords.refuse_own_words(
            clean["password"], email, clean.get("display_name", user.display_name if user else "")
        )
