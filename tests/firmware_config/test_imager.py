"""The list that Raspberry Pi Imager reads."""

import json
import lzma
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware_config.provisioning_cli import imager_list
from gate_contract.errors import SchoolgateError


def test_imager_is_told_what_it_checks(tmp_path: Path) -> None:
    image, out = tmp_path / "a.img.xz", tmp_path / "list.json"
    content = bytes(range(256)) * 4096
    image.write_bytes(lzma.compress(content, preset=0))
    typed = [str(image), "--url", "https://a.vn/a.img.xz", "--version", "1.0"]
    done = CliRunner().invoke(
        imager_list, [*typed, "--released", "2026-11-22", "--out", str(out)], catch_exceptions=False
    )
    assert done.exit_code == 0
    [entry] = json.loads(out.read_text())["os_list"]
    assert entry["extract_size"] == len(content)
    assert entry["extract_sha256"] == sha256(content).hexdigest()
    assert entry["image_download_size"] == image.stat().st_size
    assert {"name", "description", "icon", "url", "release_date", "devices"} <= entry.keys()
    image.write_bytes(image.read_bytes()[:-9])
    with pytest.raises(SchoolgateError, match="build"):
        CliRunner().invoke(
            imager_list, [*typed, "--released", "x", "--out", str(out)], catch_exceptions=False
        )
