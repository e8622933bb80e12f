"""Topics are parsed as they were built; others are refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_contract import topics
from gate_contract.errors import ContractError
from gate_contract.topics import CountsTopic, GateChannel, GateTopic
from tests.gate_contract.examples import gate_ids, unit_ids

like_a_topic = st.lists(
    st.sampled_from(["gate", "unit", "v1", "v2", "", "+", "#", "counts", "ab", *GateChannel])
    | st.text(max_size=45),
    max_size=6,
).map("/".join)


@given(gate_ids, st.sampled_from(GateChannel))
def test_a_gates_topic_is_parsed_back(gate_id: str, channel: GateChannel) -> None:
    assert topics.parse(topics.gate(gate_id, channel)) == GateTopic(gate_id, channel)


@given(unit_ids)
def test_a_units_topic_is_parsed_back(unit_id: str) -> None:
    assert topics.parse(topics.counts(unit_id)) == CountsTopic(unit_id)


@given(st.text() | like_a_topic)
def test_any_topic_is_built_again_or_refused(topic: str) -> None:
    try:
        named = topics.parse(topic)
    except ContractError:
        return
    match named:
        case GateTopic(gate_id, channel):
            assert topics.gate(gate_id, channel) == topic
        case CountsTopic(unit_id):
            assert topics.counts(unit_id) == topic


@given(st.text().filter(lambda text: not re.fullmatch(topics.GATE_ID, text, re.ASCII)))
def test_an_id_that_cannot_stand_in_a_topic_is_refused(gate_id: str) -> None:
    with pytest.raises(ContractError) as refusal:
        topics.gate(gate_id, GateChannel.HEALTH)
    assert refusal.value.reason == "foreign_topic"


@pytest.mark.parametrize(
    "topic",
    [
        pytest.param("", id="empty"),
        pytest.param("gate/v1/vg-01/crossings/", id="slash_after"),
        pytest.param("/gate/v1/vg-01/crossings", id="slash_before"),
        pytest.param("gate/v1/vg-01/crossings\n", id="line_feed_after"),
        pytest.param("gate/v1/vg-01\n/crossings", id="line_feed_in_the_id"),
        pytest.param("gate/v1/vg-01\0/crossings", id="nul"),
        pytest.param("gate/v1/+/crossings", id="wildcard_plus"),
        pytest.param("gate/v1/#", id="wildcard_hash"),
        pytest.param("$SYS/broker/uptime", id="broker_status"),
        pytest.param("$share/g/gate/v1/vg-01/crossings", id="shared_subscription"),
        pytest.param("gate/v2/vg-01/crossings", id="a_later_version"),
        pytest.param("gate/v1/VG-01/crossings", id="upper_case"),
        pytest.param("gate/v1/v１２/crossings", id="full_width_digits"),
        pytest.param("gate/v1/trường/crossings", id="vietnamese"),
        pytest.param("gate/v1/ab/crossings", id="id_too_short"),
        pytest.param(f"gate/v1/{'a' * 41}/crossings", id="id_too_long"),
        pytest.param("gate/v1/vg-01/counts", id="no_channel_of_a_gate"),
        pytest.param("unit/v1/vg/crossings", id="no_channel_of_a_unit"),
        pytest.param("unit/v1//counts", id="no_unit"),
        pytest.param("gate/v1/../vg-01/crossings", id="path_traversal"),
        pytest.param("x" * 65_535, id="as_long_as_mqtt_allows"),
    ],
)
def test_hostile_topics_are_refused_in_few_words(topic: str) -> None:
    with pytest.raises(ContractError) as refusal:
        topics.parse(topic)
    assert refusal.value.reason == "foreign_topic"
    assert len(str(refusal.value)) < 500
