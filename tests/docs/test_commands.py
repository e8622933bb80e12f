"""Every command, argument and option is in docs/commands.md, and nothing that is not there."""

import re
from collections.abc import Iterator

import click
import pytest

from benchmarks.cli import bench
from device.cli import gate
from firmware_config.image.cli import gate_image
from server_bridge.cli import gate_bridge
from tests.docs.pages import ROOT, sections

PAGE = ROOT / "docs" / "commands.md"


def walk(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for inner_name in command.list_commands(context):
            inner = command.get_command(context, inner_name)
            assert inner
            yield from walk(inner, f"{name} {inner_name}")
    else:
        yield name, command


COMMANDS = dict(
    [
        *walk(gate, "gate"),
        *walk(gate_bridge, "gate-bridge"),
        *walk(gate_image, "gate-image"),
        *walk(bench, "python -m benchmarks"),
    ]
)


def usage(name: str) -> str:
    """The indented lines that begin a command's section."""
    text = sections(PAGE)[name]
    found = re.match(r"\s*\n((?: {4}.+\n)+)", text)
    assert found, f"{name}: its section begins with its usage, indented by four"
    return re.sub(r"\s+", " ", found[1]).strip()


def long_options(command: click.Command) -> set[str]:
    return {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    }


def test_each_command_has_its_section() -> None:
    assert len(COMMANDS) >= 20
    assert sections(PAGE).keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_usage_has_each_option_and_argument(name: str) -> None:
    command, told = COMMANDS[name], usage(name)
    assert told.startswith(name)
    assert set(re.findall(r"--[a-z-]+", told)) == long_options(command)
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            assert parameter.make_metavar(click.Context(command)) in told
            continue
        option = next(option for option in parameter.opts if option.startswith("--"))
        assert (f"[{option}" in told) is not parameter.required, option
        if isinstance(parameter.type, click.Choice):
            assert f"{option} {'|'.join(parameter.type.choices)}" in told


@pytest.mark.parametrize("name", COMMANDS)
def test_each_option_is_explained(name: str) -> None:
    prose = sections(PAGE)[name].replace("\n", " ")
    prose = prose.replace(usage(name), "")
    common = {"--config", "--home", "--json"}
    for option in long_options(COMMANDS[name]) - common:
        assert f"`{option}" in prose, option


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_is_explained_that_is_not_there(name: str) -> None:
    known = long_options(COMMANDS[name]) | set().union(*map(long_options, COMMANDS.values()))
    assert set(re.findall(r"`(--[a-z-]+)", sections(PAGE)[name])) <= known


@pytest.mark.parametrize("group", [gate, gate_bridge], ids=lambda group: group.name)
def test_what_all_commands_share_is_told_once(group: click.Group) -> None:
    text = PAGE.read_text("utf-8")
    shared = {
        (option, parameter.envvar, str(parameter.default))
        for _, command in walk(group, "")
        for parameter in command.params
        for option in parameter.opts
        if option in ("--config", "--home")
    }
    assert len(shared) == 1
    for option, envvar, default in shared:
        assert f"`{option} " in text
        assert f"`{envvar}`" in text
        assert f"`{default}`" in text
    assert "`--version`" in text
    assert all(command.help for _, command in walk(group, ""))


def test_commands_named_in_our_messages_exist() -> None:
    """A remedy that names a command which is not there is no remedy."""
    text = "\n".join(
        path.read_text("utf-8")
        for room in ("device", "server_bridge", "firmware_config")
        for path in sorted((ROOT / room).rglob("*.py"))
    )
    remedies = re.findall(
        r"(?:with|[Ss]ee|run|from|of|print them): (gate(?:-bridge)? [a-z -]+)", text
    )
    assert len(remedies) >= 8
    for remedy in remedies:
        words = remedy.split()
        assert any(" ".join(words[:size]) in COMMANDS for size in (2, 3, 4)), remedy
