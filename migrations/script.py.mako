"""${message}."""

${imports if imports else "from migrations.loading import as_owner"}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Take this step."""
    ${upgrades if upgrades else "with as_owner():\n        pass"}


def downgrade() -> None:
    """Take it back, or refuse where that would lose something."""
    ${downgrades if downgrades else "pass"}
