"""The broker's access list: who may write and read which topic.

A gate is bound to its own topics by a pattern, so adding a gate changes nothing here. A pattern
holds for every user name, so each viewer is denied the gates' topics by name. mosquitto checks
denials first. It grants every SUBSCRIBE and filters the messages instead: a client that subscribes
to another's topic sees a success and then nothing.
"""

from collections.abc import Sequence

from gate_contract import topics
from gate_contract.topics import GateChannel
from server_bridge.integrations.home_assistant import EVERY_DISCOVERY, discoveries_of
from server_bridge.pki import Identity
from server_bridge.store.units.tree import UnitViewer

FROM_GATE = (GateChannel.CROSSINGS, GateChannel.HEALTH, GateChannel.LOG)
TO_GATE = (GateChannel.RECEIPT, *topics.ROSTERS, GateChannel.COMMAND)
TO_EVERY_GATE = tuple(topics.district(channel) for channel in topics.ROSTERS)
EVERY_COUNTS = "unit/v1/+/counts"
TO_BROKER = (*TO_EVERY_GATE, EVERY_COUNTS, topics.BRIDGE_STATE, EVERY_DISCOVERY)


def access_list(
    viewers: Sequence[str], shut_out: Sequence[str], unit_viewers: Sequence[UnitViewer] = ()
) -> str:
    """The text of mosquitto's `acl_file`.

    `viewers` are the names given to `Identity.viewer`, of those who read every unit's counts;
    `unit_viewers` read their own units' counts, how the gates there are, and what Home Assistant is
    told of them. `shut_out` are the ids of gates that are lost or stolen: their certificates still
    open a connection, and it carries nothing.

    Raises:
        PkiError: a name that no certificate of ours bears.
    """
    lines = [f"user {Identity.bridge().common_name}"]
    lines += [f"topic read {topics.every_gate(channel)}" for channel in FROM_GATE]
    lines += [f"topic write {topics.every_gate(channel)}" for channel in TO_GATE]
    lines += [f"topic write {topic}" for topic in TO_BROKER]
    for name in viewers:
        lines += [
            "",
            f"user {Identity.viewer(name).common_name}",
            "topic deny gate/#",
            "topic deny district/#",
            f"topic read {EVERY_COUNTS}",
            f"topic read {topics.BRIDGE_STATE}",
        ]
    for viewer in unit_viewers:
        name = Identity.viewer(viewer.name).common_name
        lines += ["", f"user {name}", f"topic deny gate/v1/{name}/#", "topic deny district/#"]
        lines += [f"topic read {topic}" for topic in _of_units(viewer)]
    for gate_id in shut_out:
        lines += ["", f"user {Identity.gate(gate_id).common_name}", "topic deny #"]
    lines += ["", "# %u is the common name of the client's certificate: a gate's own id."]
    lines += [f"pattern write gate/v1/%u/{channel}" for channel in FROM_GATE]
    lines += [f"pattern read gate/v1/%u/{channel}" for channel in TO_GATE]
    # mosquitto warns that these name no gate; it knows no other way to say "every gate".
    lines += [f"pattern read {topic}" for topic in TO_EVERY_GATE]
    return "\n".join(lines) + "\n"


def _of_units(viewer: UnitViewer) -> list[str]:
    return [
        topics.BRIDGE_STATE,
        *(topics.counts(unit_id) for unit_id in viewer.units),
        *(discoveries_of(unit_id) for unit_id in viewer.units),
        *(topics.gate(gate_id, GateChannel.HEALTH) for gate_id in viewer.gates),
    ]
