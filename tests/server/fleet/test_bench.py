"""The benchmark of a fleet stores what its gates hand in, each record once."""

from pathlib import Path

from server_bridge.bench.fleet import Fleet, measure_fleet


def test_a_small_fleet_delivers_everything(tmp_path: Path) -> None:
    figures = measure_fleet(Fleet(gates=3, records=300), tmp_path)
    assert figures["stored"] == figures["records"] == 900
    assert figures["messages"] == 6
    assert figures["orders_published"] == figures["receipts_again"] == 3
