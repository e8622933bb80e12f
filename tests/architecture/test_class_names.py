"""A public class name stands for one thing in the whole project."""

import ast

from tests.architecture.source import modules

SHARED = {
    "BrokerEndpoint": "where a program finds the broker, and its files: of gate and bridge",
    "BrokerSettings": "the section [broker] of a program's settings",
    "CardSettings": "the section [cards] of a program's settings",
    "Disconnected": "an MQTT connection is over: of gate and bridge",
    "OrderSettings": "the section [orders] of a program's settings",
    "Unit": "a unit of the tree: as stored, and as the API answers it",
    "Wifi": "a school's wireless network: in a ticket, and on the gate",
}
"""Names that several modules use for the same thing."""


def test_a_class_name_is_used_for_one_thing() -> None:
    places: dict[str, list[str]] = {}
    for module, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    shared = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in shared.items() if name not in SHARED} == {}
    assert SHARED.keys() <= shared.keys(), "a name that is not shared any more"
    assert len(places) > 400
