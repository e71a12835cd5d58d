"""What can go wrong with the database server we look after, each in one line.

ServerError
├── BinariesMissing   no PostgreSQL of a version we can use on this machine
└── ServerFailed      it would not start, stop or answer; the sentence says why
"""


class ServerError(Exception):
    """The database server cannot be used; the message is one line for the person who started us."""


class BinariesMissing(ServerError):
    """No PostgreSQL of a version we can use is on this machine."""


class ServerFailed(ServerError):
    """The server would not start, stop or answer."""
