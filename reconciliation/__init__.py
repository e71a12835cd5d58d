"""The nightly proof that all sides say the same."""
