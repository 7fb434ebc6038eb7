"""The schema, assembled from its nouns."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.api_key import ApiKey, ApiKeyMutations, ApiKeyQueries
from schema.descriptions import describe
from schema.email_change import EmailChangeMutations, pending_email_of_user
from schema.event import EventQueries, events_of_user
from schema.invitation import Invitation, InvitationMutations, InvitationQueries
from schema.lookup import NodeQueries
from schema.node import add_fields
from schema.passkey import Passkey, PasskeyMutations, passkeys_of_user
from schema.personal_data import PersonalDataQueries
from schema.reset import ResetMutations
from schema.scalars import SCALARS
from schema.second_factor import SecondFactorMutations, second_factors_of_user
from schema.service_info import ServiceInfoQueries
from schema.session import Session, SessionMutations, SessionQueries, sessions_of_user
from schema.sign_up import SignUpMutations, SignUpQueries
from schema.signing_key import SigningKeyMutations, SigningKeyQueries
from schema.stats import StatsQueries
from schema.subscription import Subscription
from schema.user import User, UserQueries
from schema.user_mutations import UserMutations
from schema.verification import VerificationMutations
from schema.webhook import WebhookDelivery, WebhookEndpoint, WebhookMutations, WebhookQueries

add_fields(
    User,
    pending_email=pending_email_of_user,
    sessions=sessions_of_user,
    events=events_of_user,
    second_factors=second_factors_of_user,
    passkeys=passkeys_of_user,
)


@strawberry.type
class Query(
    SessionQueries,
    SignUpQueries,
    NodeQueries,
    UserQueries,
    InvitationQueries,
    EventQueries,
    StatsQueries,
    ServiceInfoQueries,
    ApiKeyQueries,
    PersonalDataQueries,
    WebhookQueries,
    SigningKeyQueries,
):
    """Reads. All but `me`, `enrolmentRequired` and `signUpMode` need a session."""


@strawberry.type
class Mutation(
    SessionMutations,
    SignUpMutations,
    InvitationMutations,
    ResetMutations,
    VerificationMutations,
    EmailChangeMutations,
    UserMutations,
    SecondFactorMutations,
    PasskeyMutations,
    ApiKeyMutations,
    WebhookMutations,
    SigningKeyMutations,
):
    """Writes. Every expected failure is data."""


def build_schema() -> strawberry.Schema:
    """Build the served schema; called once per process."""
    config = StrawberryConfig(scalar_map=SCALARS)
    nodes = [User, Session, ApiKey, Passkey, Invitation, WebhookEndpoint, WebhookDelivery]
    schema = strawberry.Schema(Query, Mutation, Subscription, types=nodes, config=config)
    describe(schema._schema)  # noqa: SLF001 - Strawberry has no public name for it
    return schema


def export() -> str:
    """The schema in SDL, as committed in schema/schema.graphql."""
    return build_schema().as_str() + "\n"
