import json
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.cli import bench
from benchmarks.gate.decoding import measure
from benchmarks.gate.labels import BenchError, as_text, read_labels, unescape
from benchmarks.gate.parts import PARTS
from benchmarks.gate.pictures import read_grey
from benchmarks.gate.scanning import Bench, report
from benchmarks.gate.sequences import SequenceFrame, Stillness, recorded
from demo.scenes.showing import Showing, escape, write_sequence
from tests.builders.code_pictures import CARD, OTHER, noisy, pasted, printed, street

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
    return json.loads(result.stdout) if "--json" in arguments else result.output


def printed_aside(*arguments: str) -> str:
    """Return the standard error."""
    return CliRunner().invoke(bench, arguments, catch_exceptions=False).stderr


@pytest.mark.parametrize("text", ["a\tb", "back\\slash\\n", "line\nend\r", "Nguyễn"])
def test_labels_are_escaped_and_back(text: str) -> None:
    assert unescape(escape(text)) == text


def test_labels_are_compared_as_they_were_made() -> None:
    assert as_text(b"a\r\nb \n") == "a\nb"
    assert as_text("モバイル".encode("shift_jis")) == "モバイル"
    assert as_text(b"\xff\xfe") == "ÿþ"


def test_tables_that_other_programs_wrote_are_read(tmp_path: Path) -> None:
    table = "\ufeffFrame\ttext\r\n# a remark\r\na.png\tx\tmore\r\n\r\nb.png\r\nframe\ty"
    (tmp_path / "labels.tsv").write_bytes(table.encode())
    assert read_labels(tmp_path / "labels.tsv") == {"a.png": ["x"], "b.png": [], "frame": ["y"]}


def test_a_folder_without_a_table_or_pictures_is_explained(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"no truth\.tsv"):
        list(recorded(tmp_path))
    with pytest.raises(BenchError, match=r"no labels\.tsv"):
        measure(tmp_path, None)
    (tmp_path / "labels.tsv").write_text("gone.png\tx\n")
    with pytest.raises(BenchError, match="no readable image"):
        measure(tmp_path, None)
    (tmp_path / "truth.tsv").write_text("gone.png\tx\n")
    with pytest.raises(BenchError, match="gone"):
        list(recorded(tmp_path))


def test_frames_come_by_their_numbers_however_they_are_named(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        cv2.imwrite(str(tmp_path / f"cam-{number}.PNG"), np.full((40, 40), number, np.uint8))
    for names in (("cam-10.png", "cam-2.PNG", "cam-1"), ("10", "0002", "1")):
        rows = "".join(f"{name}\t{which}\n" for name, which in zip(names, "cba", strict=True))
        (tmp_path / "truth.tsv").write_text(rows)
        seen = [(int(shown.image[0, 0]), *shown.texts) for shown in recorded(tmp_path)]
        assert seen == [(1, "a"), (2, "b"), (10, "c")]


def held_sideways(jpeg: bytes) -> bytes:
    """Return `jpeg` with an EXIF note that its camera was turned by 90 degrees (orientation 6)."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    block = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def test_photos_of_every_make_are_read(tmp_path: Path) -> None:
    code = pasted(street(640, 480), printed(CARD), 60, 60)
    colour = cv2.merge([np.full_like(code, 90), code, code])
    ink = 255 - printed(CARD)
    pictures = {
        "colour.jpg": colour,
        "grey16.png": code.astype(np.uint16) * 257,
        "clear.png": cv2.merge([np.zeros_like(ink)] * 3 + [ink]),
        "small.webp": code,
        "lines.bmp": code,
    }
    for name, picture in pictures.items():
        assert cv2.imwrite(str(tmp_path / name), picture)
    jpeg = cv2.imencode(".jpg", colour)[1].tobytes()
    (tmp_path / "turned.jpg").write_bytes(held_sideways(jpeg))
    (tmp_path / "broken.png").write_bytes(b"no readable image")
    names = [*pictures, "turned.jpg", "broken.png", "gone.png"]
    (tmp_path / "labels.tsv").write_text("".join(f"{name}\t{CARD}\r\n" for name in names))
    figures = run("decode", str(tmp_path), "--json")
    assert figures["images"] == len(pictures) + 1
    for row in figures["pipelines"].values():
        assert row["recall_image"] == 1
    turned = read_grey(tmp_path / "turned.jpg")
    assert turned is not None
    assert turned.shape == (640, 480)
    assert "broken.png" in printed_aside("decode", str(tmp_path), "--json")


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
    assert figures.keys() == {"images", "pipelines"}
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
    """Return a bench after frames whose truth is `texts`, and always the code of `shown`."""
    measured = Bench(["zxing"])
    for text in texts:
        truth = frozenset({text}) if text else frozenset[str]()
        measured.feed(SequenceFrame(0, printed(shown), truth))
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
        measured.feed(
            SequenceFrame(0, pasted(street(), printed(CARD, 3), 200, 100), frozenset({CARD}))
        )
    for _ in range(4):  # one that nothing reads: the camera's advice is made of such
        measured.feed(
            SequenceFrame(
                0, pasted(street(), np.full((80, 80), 255, np.uint8), 200, 100), frozenset()
            )
        )
    for name, row in report(measured)["pipelines"].items():
        assert row["recall_frame"] == 1, name
