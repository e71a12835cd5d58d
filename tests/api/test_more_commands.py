"""Commands in files of their own stand on the command line."""

import pytest

from api.command_line import main


@pytest.mark.parametrize("command", ["keys", "listen", "trigger", "replay"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "--url" in out
