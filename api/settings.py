"""The environment, typed: everything a process must be told, refused by name when wrong."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from api.setting_shapes import Address, Key32

PREFIX = "CLEARING_"


class SettingsWrong(Exception):
    """A setting is missing or cannot be right; the text is one line naming it."""


class Subscriber(BaseModel):
    """Where one authority is told of payments, and the key events are signed with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Address
    secret: SecretStr  # Standard Webhooks form: whsec_ and base64


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
    staff_key: SecretStr = Field(min_length=16)
    signing_key: Key32 = Field(description="Ed25519 seed that signs acknowledgements")
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
    partner_keys: dict[str, str] = Field(
        default_factory=dict, description="partner name to SHA-256 of its key, both text"
    )
    subscribers: dict[str, Subscriber] = Field(default_factory=dict)
    sandbox: bool = False
    far_side_url: Address | None = Field(
        default=None, description="the simulated far sides, in the sandbox only"
    )
    proxy_hops: int = Field(default=0, ge=0, le=3)
    threads_max: int = Field(default=4, ge=1, le=64)
    ask_first_s: int = Field(default=60, ge=1)
    ask_longest_s: int = Field(default=1800, ge=1)
    payment_minutes: int = Field(default=15, ge=5, le=60)
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")


def read_settings() -> Settings:
    """Return the settings of this process.

    Raises:
        SettingsWrong: with one line that names the first setting missing or wrong.
    """
    try:
        return Settings()  # pyright: ignore[reportCallIssue] (fields come from the environment)
    except SettingsError as error:
        # The library names the field in its sentence only; everything else in it may be a secret.
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "?")
        raise SettingsWrong(f"setting {PREFIX}{name.upper()}: is not valid JSON") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = PREFIX + "__".join(str(part) for part in first["loc"]).upper()
        raise SettingsWrong(f"setting {name}: {first['msg']}") from error
