"""What is wrong with a file as a whole.

InputRefused
└── FileRefused         nothing in it can be read: why, in both languages
"""

from payments.errors import InputRefused


class FileRefused(InputRefused):
    """A file in which nothing can be read; nothing of it is kept."""

    def __init__(self, *, vi: str, en: str) -> None:
        """Keep the reason in both languages."""
        super().__init__(field="file", reason=en)
        self.vi = vi
