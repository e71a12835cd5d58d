"""What can go wrong with a database or the server we look after, each in one line.

ServerFailed         it would not start, stop or answer; the sentence says why
└── BinariesMissing  no PostgreSQL of a version we can use is on this machine
DatabaseRefused      it cannot be prepared or migrated as asked; the sentence says why
TriesNotKept         it is there, but tries cannot be counted in it
"""


class ServerFailed(Exception):
    """The database server cannot be used; the message is for the person who started us."""


class BinariesMissing(ServerFailed):
    """No PostgreSQL of a version we can use is on this machine."""


class DatabaseRefused(Exception):
    """A database cannot be prepared or migrated; the message is for the person who asked."""


class TriesNotKept(Exception):
    """Tries cannot be counted in the database; whoever guards a door goes on without it."""
