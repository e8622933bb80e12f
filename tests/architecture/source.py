"""Read the source of the shipped packages, without importing it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("gate_contract", "device", "firmware_config", "server_bridge", "benchmarks", "demo")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Yield the dotted name and the syntax tree of every module."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "layers" in path.parts:  # files that stand in for others within the image
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield name, ast.parse(path.read_text("utf-8"))
