"""Every way money may move; nothing else builds an entry."""
