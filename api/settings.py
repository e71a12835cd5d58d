"""The environment, typed: everything a process must be told, refused by name when wrong."""

from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

PREFIX = "CLEARING_"
_HTTP_URL = TypeAdapter(AnyHttpUrl)


class SettingsWrong(Exception):
    """A setting is missing or cannot be right; the text is one line naming it."""


def _an_address(text: str) -> str:
    return str(_HTTP_URL.validate_python(text)).rstrip("/")


def _of_32_bytes(text: SecretStr) -> SecretStr:
    try:
        size = len(bytes.fromhex(text.get_secret_value()))
    except ValueError:
        size = 0
    if size != 32:
        msg = "must be 64 hexadecimal digits (32 bytes)"
        raise ValueError(msg)
    return text


Address = Annotated[str, AfterValidator(_an_address)]
Key32 = Annotated[SecretStr, AfterValidator(_of_32_bytes)]


class Subscriber(BaseModel):
    """Where one authority is told of payments, and the key events are signed with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Address
    secret: SecretStr  # Standard Webhooks form: whsec_ and base64


class Settings(BaseSettings):
    """One process's settings; each is the environment variable CLEARING_ plus its name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database_url: str = Field(description="libpq address the web and schedule connect with")
    recon_database_url: str = Field(description="the same database as the role that closes days")
    citizen_url: Address
    staff_url: Address
    partner_url: Address
    inbox: Path = Field(description="folder where partners' files arrive, one folder per source")
    secret_key: Key32 = Field(description="signs cookies and tokens")
    staff_key: SecretStr = Field(min_length=16)
    signing_key: Key32 = Field(description="Ed25519 seed that signs acknowledgements")
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
