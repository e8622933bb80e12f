"""The pages of commands and settings are what the code says, and every command explains itself."""

import re
from pathlib import Path

import click
import pytest

from tests.docs.pages import ROOT
from tests.docs.reference import PROGRAMS, commands, generated, program_page

COMMANDS = {name: command for program in PROGRAMS for name, command in commands(program)}


@pytest.mark.parametrize("page", generated(), ids=lambda page: page.name)
def test_a_generated_page_is_as_the_code_says(page: Path) -> None:
    assert page.exists(), "run: make docs"
    assert page.read_text("utf-8") == generated()[page], "run: make docs"


def test_there_are_no_other_pages_of_commands() -> None:
    folder = ROOT / "docs" / "reference" / "commands"
    assert set(folder.glob("*.md")) == {page for page in generated() if page.parent == folder}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str) -> None:
    """A first sentence on one line, and a meaning for every option and argument."""
    command = COMMANDS[name]
    assert command.help
    assert re.match(r"[A-Z].*[.!?]$", command.help.strip().splitlines()[0])
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts
            continue
        metavar = parameter.make_metavar(click.Context(command))
        for word in re.findall(r"[A-Z_]{2,}", metavar):
            assert word in command.help, f"{name}: what is {word}?"


def test_every_command_and_option_is_on_the_page_of_its_program() -> None:
    """A control of the generator, without its own functions."""
    assert len(COMMANDS) > 100
    for program in PROGRAMS:
        text = program_page(program)
        for name, command in commands(program):
            section = text.split(f"\n## `{name}`\n")[1].split("\n## ")[0]
            for parameter in command.params:
                if isinstance(parameter, click.Option):
                    for option in parameter.opts:
                        assert re.search(rf"\| `(\S+, )?{option}\b", section), (name, option)


@pytest.mark.parametrize("name", ["--config", "--home"])
def test_shared_options_have_one_default_and_one_variable(name: str) -> None:
    for program in PROGRAMS[:2]:
        found = {
            (parameter.envvar, str(parameter.default))
            for _, command in commands(program)
            for parameter in command.params
            if name in parameter.opts
        }
        assert len(found) <= 1
        for envvar, default in found:
            assert f"`{envvar}`" in program.intro
            assert f"`{default}`" in program.intro


def test_commands_named_in_our_messages_exist() -> None:
    """A remedy must not name a command that does not exist."""
    text = "\n".join(
        path.read_text("utf-8")
        for package in ("device", "server_bridge", "firmware_config")
        for path in sorted((ROOT / package).rglob("*.py"))
    )
    remedies = re.findall(
        r"(?:with|[Ss]ee|run|from|of|print them): (gate(?:-bridge)? [a-z -]+)", text
    )
    assert len(remedies) >= 8
    for remedy in remedies:
        words = remedy.split()
        assert any(" ".join(words[:size]) in COMMANDS for size in (2, 3, 4)), remedy


def test_commands_named_in_the_pages_exist() -> None:
    """Every `gate ...` or `gate-bridge ...` in code on a page begins with a known command."""
    groups = {" ".join(name.split()[:size]) for name in COMMANDS for size in range(1, 5)}
    unknown = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        if page in generated():
            continue
        text = page.read_text("utf-8")
        for words in re.findall(
            r"(?:`|^ +(?:# )?)((?:gate|gate-bridge|gate-image|gate-update) [a-z][a-z -]*)",
            text,
            re.MULTILINE,
        ):
            first = " ".join(words.split()[:2])
            if first not in groups:
                unknown.append(f"{page.relative_to(ROOT)}: {words}")
    assert unknown == []
