import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from device.bench.cli import bench
from device.bench.labels import BenchError, as_text, read_labels, unescape
from device.bench.parts import PARTS
from device.bench.scanning import Bench, report
from device.bench.scenes import Showing, escape, write_sequence
from device.bench.sequences import Moment, Stillness, recorded
from tests.device.decode.pictures import CARD, OTHER, noisy, pasted, printed, street

DECODE_KEYS = {"recall_image", "recall_code", "wrong_texts", "cpu_ms_mean", "cpu_ms_p95"}
SCAN_KEYS = {
    "recall_frame",
    "passes_read",
    "frames_to_first_read_median",
    "cpu_ms_card",
    "cpu_ms_idle_static",
    "cpu_ms_idle_people",
    "false_reads",
}


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(bench, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.output) if "--json" in arguments else result.output


@pytest.mark.parametrize("text", ["a\tb", "back\\slash\\n", "line\nend\r", "Nguyễn"])
def test_labels_are_escaped_and_back(text: str) -> None:
    assert unescape(escape(text)) == text


def test_labels_are_compared_as_they_were_made() -> None:
    assert as_text(b"a\r\nb \n") == "a\nb"
    assert as_text("モバイル".encode("shift_jis")) == "モバイル"
    assert as_text(b"\xff\xfe") == "ÿþ"


def test_a_row_without_tab_is_named(tmp_path: Path) -> None:
    (tmp_path / "labels.tsv").write_text("a.png\tx\nb.png\n")
    with pytest.raises(BenchError, match="row 2"):
        read_labels(tmp_path / "labels.tsv")
    with pytest.raises(BenchError, match=r"no truth\.tsv"):
        list(recorded(tmp_path))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    two = pasted(pasted(street(), printed(CARD), 60, 60), printed(OTHER), 500, 60)
    cv2.imwrite(str(tmp_path / "two.png"), two)
    cv2.imwrite(str(tmp_path / "strange.png"), printed("unknown to the labels", 8))
    cv2.imwrite(str(tmp_path / "none.png"), street())
    rows = [("two.png", CARD), ("two.png", OTHER), ("strange.png", "other"), ("none.png", "gone")]
    (tmp_path / "labels.tsv").write_text("".join(f"{name}\t{text}\n" for name, text in rows))
    return tmp_path


def test_bench_decode_counts_images_codes_and_wrong_texts(photos: Path) -> None:
    figures = run("decode", str(photos), "--fit", "900x900", "--json")
    assert figures["images"] == 3
    assert set(figures["pipelines"]) == {"schoolgate", "pyzbar", "zxing"}
    for row in figures["pipelines"].values():
        assert set(row) >= DECODE_KEYS
        assert row["recall_image"] == pytest.approx(1 / 3, abs=1e-3)
        assert row["recall_code"] == 0.5
        assert row["wrong_texts"] == 1
        assert row["cpu_ms_mean"] > 0
    assert "unknown to the labels" in run("decode", str(photos))


def test_a_code_known_to_have_no_label_is_not_wrong(photos: Path) -> None:
    (photos / "meta.tsv").write_text("strange.png\t200x200\t2 codes\t1 known\n")
    figures = run("decode", str(photos), "--json")
    assert figures["pipelines"]["schoolgate"]["wrong_texts"] == 0


def test_bench_scan_reads_a_folder_of_sequences(tmp_path: Path) -> None:
    size = (960, 540)
    still, busy = Showing("", 2.0), Showing("", 0.6, people=3)
    write_sequence(tmp_path / "a", [still, Showing(CARD, 1.0)], fps=10, size=size, seed=3)
    write_sequence(tmp_path / "b", [busy, Showing(OTHER, 1.0)], fps=10, size=size, seed=4)
    figures = run("scan", str(tmp_path), "--json")
    for row in figures["pipelines"].values():
        assert set(row) == SCAN_KEYS
        assert row["passes_read"] == 1
        assert row["false_reads"] == 0
    assert figures["frames"]["idle_static"] >= 4
    ours = figures["pipelines"]["schoolgate"]
    assert ours["recall_frame"] >= figures["pipelines"]["pyzbar"]["recall_frame"]
    assert "ratios to pyzbar" in run("scan", str(tmp_path))


def test_bench_scan_makes_its_own_scenes_too() -> None:
    figures = run("scan", "--synthetic", "--passes", "1", "--cardless", "20", "--only", "--json")
    assert set(figures["pipelines"]) == {"schoolgate"}
    assert figures["pipelines"]["schoolgate"]["recall_frame"] > 0.5
    assert figures["pipelines"]["schoolgate"]["false_reads"] == 0
    assert sum(figures["frames"].values()) > 20


def test_either_a_folder_or_synthetic(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(bench, ["scan"]).exit_code == 2
    assert runner.invoke(bench, ["scan", str(tmp_path), "--synthetic"]).exit_code == 2
    assert runner.invoke(bench, ["decode", str(tmp_path), "--fit", "big"]).exit_code == 2


def moments(*texts: str, shown: str = CARD) -> Bench:
    """A bench that was shown frames whose truth is `texts`, and always the code of `shown`."""
    measured = Bench(["zxing"])
    for text in texts:
        truth = frozenset({text}) if text else frozenset[str]()
        measured.feed(Moment(0, printed(shown), truth))
    measured.finish()
    return measured


def test_a_read_of_what_is_not_shown_is_false_and_one_on_its_way_in_is_not() -> None:
    assert report(moments("", "", CARD))["pipelines"]["zxing"]["false_reads"] == 0
    assert report(moments(CARD, "", ""))["pipelines"]["zxing"]["false_reads"] == 0
    assert report(moments("", ""))["pipelines"]["zxing"]["false_reads"] == 2
    assert report(moments(OTHER, OTHER))["pipelines"]["zxing"]["false_reads"] == 2


def test_a_pass_that_is_never_read_has_no_first_frame() -> None:
    row = report(moments(OTHER, OTHER))["pipelines"]["zxing"]
    assert (row["passes_read"], row["frames_to_first_read_median"]) == (0, None)
    row = report(moments(CARD, CARD))["pipelines"]["zxing"]
    assert (row["passes_read"], row["frames_to_first_read_median"]) == (1, 0)


def test_a_card_that_comes_back_is_a_second_pass() -> None:
    measured = moments(CARD, *[""] * 15, CARD)
    assert len(measured.tallies["zxing"].passes) == 2


def test_stillness_is_told_without_a_decoder() -> None:
    still = Stillness()
    quiet = [still.at(noisy(street(), 3.0, n)) for n in range(20)]
    assert quiet[-1]
    assert not quiet[5]
    moved = pasted(street(), np.full((80, 80), 255, np.uint8), 100, 100)
    assert not still.at(moved)


def test_each_part_can_be_taken_out() -> None:
    measured = Bench(["union", *PARTS])
    for _ in range(4):
        measured.feed(Moment(0, pasted(street(), printed(CARD, 3), 200, 100), frozenset({CARD})))
    for name, row in report(measured)["pipelines"].items():
        assert row["recall_frame"] == 1, name
