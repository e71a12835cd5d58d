"""Commands that stand in files of their own, added to the command line together."""

import argparse
from collections.abc import Callable

from api.keys_command import add_keys
from api.listen_command import add_listen
from api.replay_command import add_replay
from api.trigger_command import add_trigger


def add_more(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    for each in (add_keys, add_listen, add_trigger, add_replay):
        each(add)
