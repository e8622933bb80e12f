"""Types commands of `gate-bridge` on one home folder."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from server_bridge.cli import gate_bridge


class Shell:
    """`type` raises what the command raised."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def type(self, *words: str, answer: str | None = None) -> str:
        done = CliRunner().invoke(gate_bridge, [*words, "--home", str(self.home)], input=answer)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.type(*words, "--json"))
