"""How long a test waits for what must happen, before it says that it did not. Nothing is judged by
it: a machine that is busy with ten other things is slow, and that is no fault."""

PATIENCE_S = 100.0
"""Less than the test's own time, so that the test says what it was waiting for."""
