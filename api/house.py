"""What every door is handed: built once by composition, read by everyone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from api.clock import vietnam_day
from api.identity import IdentityProvider
from api.page import Pages
from api.paper_signature import PaperSigner
from api.settings import Settings
from gateways.contract import Gateway
from ledger.postgres.transaction import OpenTx
from payments.acknowledgement import Signer
from payments.ask_plan import AskPlan
from payments.obligations.rates import Rates
from payments.personal_data import PersonalDataKeys
from reconciliation.business_day import BusinessCalendar


@dataclass(frozen=True, slots=True)
class LookHouse:
    """The parts of a command that only reads the book, and may have to record that it did."""

    open_recon_tx: OpenTx
    open_auditor_tx: OpenTx


@dataclass(frozen=True, slots=True)
class House(LookHouse):
    """The parts of one running process.

    `open_callback_tx` draws on a pool of its own, so that partners are heard when citizens queue.
    Each `open_..._tx` speaks as one role of the database, and refuses in a process that is not
    given it: `open_tx` takes payments, `open_recon_tx` matches and closes days, `open_report_tx`
    reads what names nobody, `open_auditor_tx` reads everything.
    `identity` is where citizens sign in, None where nobody can.
    `public_keys` are the Ed25519 keys acknowledgements may be signed with, by key id.
    `paper_signer` signs what is printed of them, None where no certificate is set.
    """

    settings: Settings
    clock: Callable[[], datetime]
    open_tx: OpenTx
    open_callback_tx: OpenTx
    open_report_tx: OpenTx
    gateways: Mapping[str, Gateway]
    calendar: BusinessCalendar
    rates: Rates
    personal_keys: PersonalDataKeys
    ask_plan: AskPlan
    signer: Signer
    public_keys: Mapping[str, bytes]
    pages: Pages
    identity: IdentityProvider | None = None
    paper_signer: PaperSigner | None = None

    def today(self) -> date:
        """Return the day it is in Vietnam."""
        return vietnam_day(self.clock())
