"""The benchmark of a fleet stores what its gates hand in, each record once."""

from pathlib import Path

from benchmarks.bridge.fleet import Fleet, measure_fleet


def test_a_small_fleet_delivers_everything(tmp_path: Path) -> None:
    figures = measure_fleet(Fleet(gates=12, records=100), tmp_path)
    assert figures["stored"] == figures["records"] == 1200
    assert figures["messages"] == 12
    assert figures["orders_published"] == figures["receipts_again"] == 12
    assert figures["rollout_stages"] == 3
    assert figures["rollout_told"] == 12
    assert figures["rollout_given_up_told"] == 10, "the other two are never told"
