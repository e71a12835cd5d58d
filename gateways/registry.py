"""Finds every gateway in this folder and opens those that are set up."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import cast

from pydantic import BaseModel, ValidationError

import gateways
from gateways.contract import Gateway
from gateways.errors import Misconfigured
from gateways.transport import Transport

OpenGateway = Callable[[BaseModel, Transport], Gateway]


def open_gateways(transport: Transport, environ: Mapping[str, str]) -> Mapping[str, Gateway]:
    """Return the gateways by code whose settings stand in `environ`, in alphabetical order.

    A module `<code>.py` with `Settings` and `open_gateway` is a gateway; it is set up as soon as
    one name begins with `<CODE>_`, and then completely or not at all.

    Raises:
        Misconfigured: a setting is missing, wrong or unknown; the sentence names it.
    """
    opened: dict[str, Gateway] = {}
    for code, module in _gateway_modules():
        settings = _settings(code, cast("type[BaseModel]", module.Settings), environ)
        if settings is not None:
            open_gateway = cast("OpenGateway", module.open_gateway)
            opened[code] = open_gateway(settings, transport)
    return MappingProxyType(opened)


def _gateway_modules() -> Iterator[tuple[str, ModuleType]]:
    for found in sorted(pkgutil.iter_modules(gateways.__path__), key=lambda module: module.name):
        if not found.ispkg:
            module = importlib.import_module(f"{gateways.__name__}.{found.name}")
            if hasattr(module, "open_gateway"):
                yield found.name, module


def _settings(code: str, model: type[BaseModel], environ: Mapping[str, str]) -> BaseModel | None:
    prefix = f"{code.upper()}_"
    given = {
        name.removeprefix(prefix).lower(): value
        for name, value in environ.items()
        if name.startswith(prefix)
    }
    if not given:
        return None
    try:
        return model.model_validate(given)
    except ValidationError as problem:
        found = problem.errors(include_input=False, include_url=False)
        wrong = [one for one in found if one["type"] != "missing"]
        told = wrong[:1] or found  # All that is missing, or the first that is wrong.
        names = (prefix + "_".join(str(part) for part in one["loc"]).upper() for one in told)
        # The chain is cut: pydantic's own text repeats the value, which may be a secret.
        raise Misconfigured(f"{', '.join(names)}: {told[0]['msg']}") from None
