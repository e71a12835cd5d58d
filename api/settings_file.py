"""Settings kept in a file of NAME=value lines, such as the demo's own."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path

from api.settings import PREFIX, SettingsWrong

DEMO_SETTINGS = Path(__file__).resolve().parent.parent / "var" / "demo" / "settings.env"


def load_settings_file(path: Path | None, *, environ: MutableMapping[str, str]) -> bool:
    """Add a file's settings to the environment; what stands there already wins.

    Without a path, the demo's file is used if nothing else was set up. Returns whether it was used.

    Raises:
        SettingsWrong: the file cannot be read or has a line that is no setting.
    """
    if path is None:
        is_set_up = any(name.startswith(PREFIX) for name in environ)
        if is_set_up or not DEMO_SETTINGS.exists():
            return False
        path = DEMO_SETTINGS
    for name, value in read_settings_file(path).items():
        environ.setdefault(name, value)
    return path.resolve() == DEMO_SETTINGS


def read_settings_file(path: Path) -> dict[str, str]:
    """Return the settings in a file.

    Raises:
        SettingsWrong: the file cannot be read or has a line that is no setting.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsWrong(f"settings file {path}: {error.strerror}") from error
    values: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign or not name.isidentifier():
            raise SettingsWrong(f"settings file {path} line {number}: is not NAME=value")
        values[name] = value
    return values


def write_settings_file(path: Path, values: Mapping[str, str]) -> None:
    """Keep settings in a file only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(
        "".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8"
    )
