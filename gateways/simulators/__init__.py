"""The far sides, written from the protocol notes and importing nothing of ours."""
