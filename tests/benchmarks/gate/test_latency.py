from benchmarks.gate.latency import measure


def test_a_card_is_answered_through_all_that_runs_at_a_gate() -> None:
    figures = measure(passes=1, seed=3)
    assert figures["answered"] == figures["passes"] == 1
    wait, commit = figures["capture_to_pin_ms"], figures["commit_ms"]
    assert wait["p50"] > commit["p50"] > 0
    assert figures["simulated"] == ["camera", "pin"]
