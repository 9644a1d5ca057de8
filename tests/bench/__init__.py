"""What the engine does per second, beside a bare loop of the same calls and what a team would write by hand."""
