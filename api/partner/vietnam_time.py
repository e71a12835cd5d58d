"""Instants of the partner API are told with the offset of Vietnam, all of them."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from api.clock import VIETNAM

VietnamTime = Annotated[datetime, AfterValidator(lambda at: at.astimezone(VIETNAM))]
"""An instant, told with the offset of Vietnam."""
