"""A user's own data in the schema."""

from __future__ import annotations

import strawberry

from schema.context import Info
from schema.marks import COST_MAX, PER_VIEWER, price
from schema.scalars import JSON

MY_DATA_COST = COST_MAX * 2 // 5
"""Measured with 20,000 events: 65 ms of processor time here, and 350 ms until it is answered."""


@strawberry.type
class PersonalDataQueries:
    """Taking one's own data along."""

    @strawberry.field(metadata={**price(MY_DATA_COST), **PER_VIEWER})
    async def my_data(self, info: Info) -> JSON:
        """Everything Rollcall holds about the caller, by kind, without passwords, tokens and keys.

        `incomplete` names the kinds of which only the newest 10,000 are there.
        """
        return JSON(await info.context.services.personal_data.own(info.context.viewer))
