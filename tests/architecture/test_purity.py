"""A module that calls itself pure is listed in the contract that forbids it any I/O."""

import ast
import re
import tomllib

from tests.architecture.source import ROOT, modules

CONTRACT = "Modules that call themselves pure do no I/O"
PURE = re.compile(r"\b[Pp]ure\b(?! Python)")
OF_THEIR_MODULES = {"gate_contract", "device.updating"}
"""Packages whose docstring says which of their modules are pure."""


def calls_itself_pure(name: str, tree: ast.Module) -> bool:
    return name not in OF_THEIR_MODULES and bool(PURE.search(ast.get_docstring(tree) or ""))


def test_what_is_called_pure_is_enforced_as_pure() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (listed,) = (set(one["source_modules"]) for one in contracts if one["name"] == CONTRACT)
    called = {name for name, tree in modules() if calls_itself_pure(name, tree)}
    assert called == listed


FORBIDDEN_CALLS = {"open", "now", "today", "read_text", "read_bytes", "write_text", "execute"}


def test_a_pure_module_reads_no_clock_no_file_and_no_database() -> None:
    found = [
        f"{name}:{node.lineno} calls {called}"
        for name, tree in modules()
        if calls_itself_pure(name, tree)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for called in [getattr(node.func, "attr", getattr(node.func, "id", ""))]
        if called in FORBIDDEN_CALLS
    ]
    assert found == []
