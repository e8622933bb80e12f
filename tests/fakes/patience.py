"""How long a test waits for an event before it fails.

Nothing is judged by this time: a machine that is busy with other work is slow, which is no fault.
"""

PATIENCE_S = 100.0
"""Less than a test's own timeout, so that the test says what it was waiting for."""
