"""Every column with something sealed under the keys of personal data, of all packages."""

from typing import Final

from api.access.known_keys import place_of
from api.postgres.partner_tables import partner_signing_key
from payments.postgres.reseal_rows import SEALED, plain_column

SEALED_EVERYWHERE: Final = (
    *SEALED,
    plain_column(partner_signing_key, "sealed", lambda row: place_of(str(row["key_id"]))),
)
"""In the order they are sealed anew."""
