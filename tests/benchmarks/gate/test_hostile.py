"""A short run of the benchmark `hostile`."""

import json
import random

from click.testing import CliRunner

from benchmarks.cli import bench
from benchmarks.gate import hostile_codes
from device.scan.decode.zxing import ZxingDecoder
from gate_contract.verdicts import Verdict
from tests.builders.code_pictures import CARD


def test_hostile_codes_get_stable_answers_and_the_gate_goes_on_scanning() -> None:
    result = CliRunner().invoke(
        bench, ["hostile", "--codes", "100", "--seed", "4", "--json"], catch_exceptions=False
    )
    figures = json.loads(result.output)
    assert figures["codes"] == 100
    assert figures["unanswered"] == figures["wrong_cards"] == 0
    assert sum(figures["mishaps"].values()) == 0
    assert (figures["genuine_cards"], figures["genuine_cards_missed"]) == (1, 0)
    assert sum(figures["answers"].values()) >= figures["read"] > 30
    assert {
        Verdict.BAD_SIGNATURE,
        Verdict.UNREADABLE,
        Verdict.NOT_A_PERSON_CARD,
        Verdict.ADMITTED_IN,
    } <= set(figures["answers"])


def test_every_kind_of_attack_is_drawn_and_those_with_a_header_are_whole_codes() -> None:
    rng = random.Random(2)
    kinds = {make(rng, CARD.encode()).kind for make, _ in hostile_codes.SHARES for _ in range(40)}
    assert kinds >= {"structured append", "eci", "version 40", "MicroQRCode", "RMQRCode"}
    parts = [hostile_codes.headed(rng, CARD.encode()) for _ in range(60)]
    decoder = ZxingDecoder()
    read = {part.kind for part in parts if decoder.decode(part.image)}
    assert read >= {"structured append", "eci"}
