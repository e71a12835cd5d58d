"""The mail server this installation hands its mail to."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class MailServer(BaseModel):
    """Where mail is handed over; without `security` only where nobody else can listen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, max_length=200)
    port: int = Field(default=587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = Field(pattern=r"^[!-?A-~]+@[A-Za-z0-9.-]+$")
