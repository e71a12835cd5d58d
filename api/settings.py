"""The environment, typed: everything a process must be told, refused by name when wrong."""

import ipaddress
import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from api.mail_settings import MailServer
from api.setting_shapes import Address, Key32, PublicKey32, StaffKeys, StaffName
from api.staff_right import StaffRight

PREFIX = "CLEARING_"
Model = TypeVar("Model", bound=BaseSettings)


class SettingsWrong(Exception):
    """A setting is missing or cannot be right; the text is one line naming it."""


class Subscriber(BaseModel):
    """Where one authority is told of payments, and the keys events are signed with.

    While it changes to a new one, `old_secret` signs beside it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Address
    secret: SecretStr  # Standard Webhooks form: whsec_ and base64
    old_secret: SecretStr | None = None


class Agency(BaseModel):
    """One agency system that speaks the portal's payment dialect to us as its platform.

    `accounts` are the codes of those it may collect to, `fines_of` the providers whose decisions
    its users may pay. `bearer` is what it must show besides the check code, `confirm_bearer` what
    we show to it. `networks` it calls from, any where none is named.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: SecretStr = Field(min_length=8)
    confirm_url: Address
    accounts: frozenset[str] = Field(min_length=1)
    fines_of: tuple[str, ...] = ()
    bearer: SecretStr | None = None
    confirm_bearer: SecretStr | None = None
    is_wrapped: bool = False
    bill: Literal["link", "pdf"] = "link"
    networks: tuple[IPvAnyNetwork, ...] = ()

    def may_call_from(self, address: str) -> bool:
        """Say whether a message from this network address may be its own."""
        at = ipaddress.ip_address(address)
        return not self.networks or any(at in network for network in self.networks)


class LookSettings(BaseSettings):
    """What commands that only read the book are told: no key, no page, no gateway."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    recon_database_url: str = ""
    auditor_database_url: str = ""
    seals: Path | None = None


class Settings(BaseSettings):
    """One process's settings; each is the environment variable CLEARING_ plus its name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    # One address per role of the database; a process is given those of the roles it speaks as.
    database_url: str = Field(default="", description="libpq address as clearing_app")
    recon_database_url: str = Field(default="", description="the same as clearing_recon")
    report_database_url: str = Field(default="", description="the same as clearing_report")
    auditor_database_url: str = Field(default="", description="the same as clearing_auditor")
    citizen_url: Address
    staff_url: Address
    partner_url: Address
    inbox: Path = Field(description="folder where partners' files arrive, one folder per source")
    secret_key: Key32 = Field(description="signs cookies and tokens")
    staff_key: SecretStr = Field(min_length=16, description="opens the console for looking only")
    staff_keys: StaffKeys = Field(
        default_factory=dict, description="name of a person to SHA-256 of their own key"
    )
    staff_rights: dict[StaffName, frozenset[StaffRight]] = Field(default_factory=dict)
    refunds_approved_per_day_vnd_max: int = Field(
        default=2_000_000_000, ge=0, description="by one person, on one day of Vietnam"
    )
    signing_key: Key32 = Field(description="Ed25519 seed that signs acknowledgements")
    signing_other_public_keys: tuple[PublicKey32, ...] = Field(
        default=(), description="public keys of before and the next one: what they signed is good"
    )
    paper_certificate: Path | None = Field(
        default=None, description="PEM file that papers are signed with, those above it behind"
    )
    paper_key: Path | None = Field(default=None, description="PEM file with its private key")
    seals: Path = Field(description="folder the seals of closed days are published in")
    seal_key: Key32 | None = Field(
        default=None, description="Ed25519 seed that signs seals; only who closes days needs it"
    )
    seal_origin: str = Field(
        default="clearing",
        pattern=r"^[a-z0-9][a-z0-9./-]{0,79}$",
        description="whose seals they are, as their notes say for ever",
    )
    personal_key: Key32 = Field(description="encrypts personal data")
    personal_index_key: Key32 = Field(description="finds personal data without reading it")
    personal_key_id: str = Field(default="p1", pattern=r"^[a-z0-9]{1,12}$")
    personal_other_keys: dict[Annotated[str, Field(pattern=r"^[a-z0-9]{1,12}$")], Key32] = Field(
        default_factory=dict, description="key id to a key of before or the next, which only opens"
    )
    personal_other_index_keys: tuple[Key32, ...] = Field(
        default=(), description="index keys of before and the next one, asked as well"
    )
    subscribers: dict[str, Subscriber] = Field(default_factory=dict)
    agencies: dict[Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")], Agency] = Field(
        default_factory=dict, description="MaDoiTac to an agency system of the portal's dialect"
    )
    qr_key: Key32 | None = Field(
        default=None, description="marks the codes on paper decisions; none are made without it"
    )
    qr_key_id: str = Field(default="1", pattern=r"^[a-z0-9]$")
    qr_retired_keys: dict[Annotated[str, Field(pattern=r"^[a-z0-9]$")], Key32] = Field(
        default_factory=dict, description="key id to a key whose codes still open"
    )
    identity_issuer: Address | None = Field(
        default=None, description="where citizens sign in; nobody can without it"
    )
    identity_client_id: str = ""
    identity_client_secret: SecretStr = SecretStr("")
    identity_name: str = Field(default="VNeID", description="what citizens call the provider")
    identity_scope: str = "openid"
    identity_id_claim: str = Field(default="personal_id", description="claim with 12 digits")
    identity_level_claim: str = Field(default="identity_level", description="claim with a number")
    mail: MailServer | None = Field(default=None, description="without it no mail is sent")
    sandbox: bool = False
    far_side_url: Address | None = Field(
        default=None, description="the simulated far sides, in the sandbox only"
    )
    proxy_hops: int = Field(default=0, ge=0, le=3)
    proxy_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(), description="where our own proxies speak from"
    )
    client_certificate: Literal["client-cert", "client-cert-sha256"] | None = Field(
        default=None, description="the header in which they tell a partner's certificate"
    )
    threads_max: int = Field(default=4, ge=1, le=64)
    ask_first_s: int = Field(default=60, ge=1)
    ask_longest_s: int = Field(default=1800, ge=1)
    away_after_s: int = Field(
        default=600, ge=1, description="how long no event is taken in before an authority is away"
    )
    payment_minutes: int = Field(default=15, ge=5, le=60)
    look_up_work: int = Field(
        default=400, ge=1, le=100_000, description="tries at most in a browser's proof of work"
    )
    look_up_miss_ms: int = Field(
        default=60,
        ge=0,
        le=1_000,
        description="a look-up that finds nothing takes so long, or twice",
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")


def read_settings(process: str = "this process", needs: Collection[str] = ()) -> Settings:
    """Return the settings of this process.

    `needs` are fields that other processes may go without.

    Raises:
        SettingsWrong: with one line that names all settings missing, or the first that is wrong.
    """
    return _read(Settings, process, needs)


def read_look_settings(process: str, needs: Collection[str] = ()) -> LookSettings:
    """Return the settings of a command that only reads the book.

    Raises:
        SettingsWrong: as `read_settings`.
    """
    return _read(LookSettings, process, needs)


def _read(model: type[Model], process: str, needs: Collection[str]) -> Model:
    try:
        settings = model()
    except SettingsError as error:
        # The library names the field in its sentence only; everything else in it may be a secret.
        name = next((name for name in model.model_fields if f'"{name}"' in str(error)), "?")
        raise SettingsWrong(f"setting {PREFIX}{name.upper()}: is not valid JSON") from error
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        wrong = [one for one in found if one["type"] != "missing"]
        if wrong:
            raise SettingsWrong(f"setting {_name(wrong[0]['loc'])}: {wrong[0]['msg']}") from error
        missing = [_name(one["loc"]) for one in found]
        missing += [_name([name]) for name in needs if not os.environ.get(_name([name]))]
        raise _missing(missing, process) from error
    if missing := [_name([name]) for name in needs if not getattr(settings, name)]:
        raise _missing(missing, process)
    return settings


def _missing(names: Collection[str], process: str) -> SettingsWrong:
    return SettingsWrong(
        f"setting {', '.join(names)}: {process} needs {'it' if len(names) == 1 else 'them'}"
    )


def _name(field: Iterable[int | str]) -> str:
    return PREFIX + "__".join(str(part) for part in field).upper()
