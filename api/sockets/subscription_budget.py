"""What the subscriptions of a user may cost together, across all sockets of this process.

Each event is rendered once for each different subscription, so only different ones are counted: the same subscription
on a hundred sockets is charged once, when it begins, and refunded when its last operation ends.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from uuid import UUID

from schema.execution.cost import USER_SUBSCRIPTION_COST_MAX


@dataclass(slots=True)
class _Account:
    cost: int = 0
    held: dict[Hashable, int] = field(default_factory=dict)


@dataclass(slots=True)
class Charge:
    """What one running subscription holds of its user's budget. `release` may be called more than once."""

    budget: SubscriptionBudget
    user_id: UUID
    key: Hashable
    cost: int
    released: bool = False

    def release(self) -> None:
        """Give it back."""
        if not self.released:
            self.released = True
            self.budget.give_back(self)


class SubscriptionBudget:
    """One per process."""

    def __init__(self, cost_max: int = USER_SUBSCRIPTION_COST_MAX) -> None:
        self._cost_max = cost_max
        self._accounts: dict[UUID, _Account] = {}

    def __len__(self) -> int:
        return len(self._accounts)

    def cost(self, user_id: UUID) -> int:
        """What a user's subscriptions cost now."""
        account = self._accounts.get(user_id)
        return 0 if account is None else account.cost

    def charge(self, user_id: UUID, key: Hashable, cost: int) -> Charge | None:
        """Charge a subscription, or None if that would exceed the budget; equal keys are rendered together."""
        account = self._accounts.get(user_id) or _Account()
        new = key not in account.held
        if new and account.cost + cost > self._cost_max:
            return None
        account.cost += cost if new else 0
        account.held[key] = account.held.get(key, 0) + 1
        self._accounts[user_id] = account
        return Charge(self, user_id, key, cost)

    def give_back(self, charge: Charge) -> None:
        """See Charge.release."""
        account = self._accounts[charge.user_id]
        account.held[charge.key] -= 1
        if account.held[charge.key]:
            return
        del account.held[charge.key]
        account.cost -= charge.cost
        if not account.held:
            del self._accounts[charge.user_id]
