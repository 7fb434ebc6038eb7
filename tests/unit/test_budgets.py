"""Budgets in the memory of a process: new documents by client address and user, subscriptions by user."""

from __future__ import annotations

from uuid import uuid4

import pytest

from api.http.document_budget import BUCKETS_MAX, LEAST, Allowance, DocumentBudget
from api.sockets.subscription_budget import SubscriptionBudget
from domain.errors import RateLimited


class Seconds:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def budget(clock: Seconds) -> DocumentBudget:
    return DocumentBudget(clock, stranger=Allowance(1000, 100), user=Allowance(5000, 1000))


def test_an_address_has_a_budget_of_text_that_refills_with_time() -> None:
    clock = Seconds()
    documents = budget(clock)
    documents.spend("a", 600, stranger=True)
    documents.spend("a", 400, stranger=True)
    with pytest.raises(RateLimited) as caught:
        documents.spend("a", 400, stranger=True)
    assert caught.value.retry_after in (4, 5)
    documents.spend("b", 1000, stranger=True)
    clock.now += caught.value.retry_after
    documents.spend("a", 400, stranger=True)


def test_a_refusal_costs_nothing_and_a_bucket_holds_no_more_than_its_burst() -> None:
    clock = Seconds()
    documents = budget(clock)
    documents.spend("a", 1000, stranger=True)
    for _ in range(10):
        with pytest.raises(RateLimited):
            documents.spend("a", 300, stranger=True)
    clock.now += 3
    documents.spend("a", 300, stranger=True)
    clock.now += 10_000
    documents.spend("a", 1000, stranger=True)
    with pytest.raises(RateLimited):
        documents.spend("a", LEAST, stranger=True)


def test_short_documents_have_a_minimum_price_and_the_longest_fits_the_budget() -> None:
    documents = budget(Seconds())
    for _ in range(1000 // LEAST):
        documents.spend("a", 1, stranger=True)
    with pytest.raises(RateLimited):
        documents.spend("a", 1, stranger=True)
    documents.spend("b", 10**6, stranger=True)


def test_users_and_anonymous_clients_have_separate_budgets() -> None:
    documents = budget(Seconds())
    documents.spend("a", 1000, stranger=True)
    documents.spend("a", 5000, stranger=False)


def test_buckets_are_bounded() -> None:
    documents = budget(Seconds())
    for number in range(BUCKETS_MAX + 100):
        documents.spend(number, 1, stranger=True)
    assert len(documents) == BUCKETS_MAX


def test_different_subscriptions_of_a_user_have_a_ceiling_and_are_refunded() -> None:
    user, other = uuid4(), uuid4()
    subscriptions = SubscriptionBudget(100)
    first, second = subscriptions.charge(user, "a", 60), subscriptions.charge(user, "b", 40)
    assert first is not None
    assert second is not None
    assert subscriptions.charge(user, "c", 1) is None
    assert subscriptions.charge(other, "c", 100) is not None
    first.release()
    first.release()
    assert subscriptions.cost(user) == 40
    assert subscriptions.charge(user, "c", 60) is not None


def test_the_same_subscription_is_charged_once_until_the_last_one_ends() -> None:
    user = uuid4()
    subscriptions = SubscriptionBudget(100)
    held = [subscriptions.charge(user, "a", 100) for _ in range(50)]
    assert all(held)
    assert subscriptions.charge(user, "b", 1) is None
    for charge in held:
        assert subscriptions.cost(user) == 100
        assert charge is not None
        charge.release()
    assert subscriptions.cost(user) == 0
    assert len(subscriptions) == 0
