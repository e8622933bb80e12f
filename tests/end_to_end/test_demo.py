"""The main job, as a newcomer runs it: cards shown = crossings + refusals = what the page says."""

import json
import re
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path

import psutil
import pytest

from demo.district import SCHOOLS
from tests.end_to_end.district_harness import overhear, until

SECONDS = 14


@pytest.mark.timeout(240)
def test_the_demo(tmp_path: Path) -> None:
    out = tmp_path / "outcome.json"
    stage = tmp_path / "stage"
    said = []
    seen: dict[str, dict[str, int]] = {}
    page = ""
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "demo", "--folder", stage),
            *("--seconds", str(SECONDS), "--json", out),
        ],
        stdout=subprocess.PIPE,
        text=True,
    ) as demo:
        for line in demo.stdout or ():
            said.append(line)
            if found := re.search(r"live page: (http://\S+)", line):
                page = found[1]
            if "repeat" in line and not seen:  # in the middle of the story
                until(partial(page_shows_something, page))
                settings = (stage / "bridge" / "bridge.toml").read_text()
                port = int(re.findall(r"port = (\d+)", settings)[0])
                seen = {unit_id: overhear(port, stage / "viewer", unit_id) for unit_id in SCHOOLS}
    assert demo.returncode == 0, "".join(said)
    outcome = json.loads(out.read_text())
    assert outcome["cards_shown"] == outcome["crossings"] + outcome["refusals"] > 10
    assert outcome["crossings"] >= 10
    assert outcome["receipted"] == outcome["crossings"] + outcome["refusals"]
    assert outcome["counted"] == outcome["crossings"]
    assert outcome["lost"] == outcome["doubled"] == 0
    assert sum(outcome["refusals_by_code"].values()) == outcome["refusals"]
    told = set(outcome["refusals_by_code"])
    assert {"repeat", "not_a_person_card", "restricted_level", "revoked"} <= told
    for unit_id, counts in outcome["schools"].items():
        assert counts["inside"] == counts["in"] - counts["out"]
        assert 0 < seen[unit_id]["in"] <= counts["in"]
    assert (stage / "cards.pdf").read_bytes().startswith(b"%PDF")
    ours = str(stage)
    left = [p.info["cmdline"] for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"]]
    assert not [command for command in left if any(ours in part for part in command)]


def page_shows_something(page: str) -> bool:
    """Whether there is a figure other than 0 on the live page."""
    with urllib.request.urlopen(page, timeout=10) as answer:  # noqa: S310 (our own, on loopback)
        text = answer.read().decode()
    return any(int(figure) for figure in re.findall(r">\s*(\d+)\s*<", text))
