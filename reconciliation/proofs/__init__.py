"""One file per invariant that must hold after quiesce."""
