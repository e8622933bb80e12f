"""A server that is installed by the guide has the packages that the bridge needs."""

import re

from tests.docs.pages import ROOT


def test_the_guide_installs_what_the_bridge_needs() -> None:
    listed = (ROOT / "packages.txt").read_text("utf-8")
    needed = set(re.findall(r"^(\S+) +gate-bridge:", listed, re.MULTILINE))
    assert needed
    guide = (ROOT / "docs" / "how-to" / "install-the-district.md").read_text("utf-8")
    (installed,) = re.findall(r"^ +# apt install (.*)$", guide, re.MULTILINE)
    assert needed <= set(installed.split())
