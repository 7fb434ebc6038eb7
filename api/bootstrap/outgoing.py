"""The parts that send something to others in the background: mails and webhooks."""

from __future__ import annotations

from functools import cached_property

from api.bootstrap.engines import Engines
from api.mails.transport import transport_of
from api.webhooks.addresses import Addresses
from api.webhooks.messages import write_message
from api.webhooks.secrets import SealedWebhookSecrets
from api.webhooks.transport import HttpWebhookTransport
from domain.models.mail import MailTransport
from domain.models.webhook import WebhookSecrets
from domain.models.webhook_delivery import WebhookTransport
from domain.services.mail import MailService
from domain.services.webhook import WebhookService
from domain.services.webhook_sending import WebhookSendingService


class Outgoing(Engines):
    """One per process."""

    @cached_property
    def mails(self) -> MailService:
        """The queue of mails."""
        return MailService(self.store, self.clock, new_devices=self.settings.new_device_mails)

    @cached_property
    def mail_transport(self) -> MailTransport:
        """Delivers mails: by SMTP, or as files."""
        return transport_of(self.settings, self.clock)

    @cached_property
    def webhook_secrets(self) -> WebhookSecrets:
        """Makes the secrets of webhook endpoints, and encrypts them."""
        return SealedWebhookSecrets([self.settings.secret_key.get_secret_value()])

    @cached_property
    def webhooks(self) -> WebhookService:
        """The use cases of webhook endpoints."""
        return WebhookService(self.store, self.clock, self.webhook_secrets)

    @cached_property
    def webhook_sending(self) -> WebhookSendingService:
        """The queue of webhooks."""
        return WebhookSendingService(self.store, self.clock, self.webhook_secrets, write_message)

    @cached_property
    def webhook_transport(self) -> WebhookTransport:
        """Sends webhooks."""
        return HttpWebhookTransport(Addresses(self.settings.webhook_allowed_networks))
