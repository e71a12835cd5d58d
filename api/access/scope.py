"""What a partner's key may be used for."""

import enum


class Scope(enum.StrEnum):
    """One right of a key; each door of the partner API asks for one of them."""

    OBLIGATIONS_READ = "obligations:read"
    OBLIGATIONS_WRITE = "obligations:write"
    LOOK_UPS = "look-ups"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    REFUNDS_READ = "refunds:read"
    REFUNDS_WRITE = "refunds:write"
    EVENTS_READ = "events:read"
    WEBHOOKS_WRITE = "webhooks:write"
