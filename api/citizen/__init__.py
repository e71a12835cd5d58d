"""Pages for the person who pays."""
