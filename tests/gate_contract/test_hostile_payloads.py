"""A million different random and mutated payloads: each is decoded or refused with a stable code.

Split into two tests that run in parallel. The shares of mutants that pass the JSON parser and that
are decoded are asserted, so that a fuzzer that only makes noise does not pass.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any

from gate_contract import base45, topics
from gate_contract.card import PREFIX, CardKind, VerifiedCard, verify
from gate_contract.card_signing import sign
from gate_contract.crossing import Direction, decode_batch, encode_batch
from gate_contract.errors import ContractError
from gate_contract.health import OFFLINE, Health, ScanHealth, decode_health, encode_health
from gate_contract.receipt import Receipt, decode_receipt, encode_receipt
from gate_contract.topics import CountsTopic, DistrictTopic, GateChannel, GateTopic
from gate_contract.verdicts import REFUSALS, Verdict
from tests.gate_contract.examples import GATE_ID, KEY_ID, batch_of, private_key, public_keys
from tests.gate_contract.mutation import Payload, distinct, mutants, with_bytes_changed
from tests.gate_contract.test_card import CARD
from tests.gate_contract.test_crossing import record

BATCHES = 300_000
RECEIPTS = 200_000
HEALTHS = 200_000
TOPICS = 200_000
CARDS = 100_000
assert BATCHES + RECEIPTS + HEALTHS + TOPICS + CARDS == 1_000_000

DECODED = "decoded"

SHAPES = 500
"""Different good payloads to begin with, so that meaningful mutants differ too."""


def good_batches(chance: random.Random) -> list[bytes]:
    """Generate one to three records, refusals, a clock that is set, and a crossing."""
    made = []
    for _ in range(SHAPES):
        ledger_id = chance.randbytes(16).hex()
        boot_id = chance.randbytes(16).hex()
        first = chance.choice([1, chance.randrange(1, 100_000)])
        kinds: list[dict[str, Any]] = [
            {"verdict": Verdict.UNREADABLE, "count": chance.randrange(1, 99)},
            {"verdict": Verdict.CLOCK_SET},
            {
                "verdict": Verdict.ADMITTED_IN,
                "card_id": chance.randbytes(8).hex(),
                "kind": CardKind.PUPIL,
                "direction": Direction.IN,
            },
        ]
        run = [
            record(seq, boot_id=boot_id, **kind)
            for seq, kind in enumerate(chance.sample(kinds, chance.randrange(1, 4)), first)
        ]
        made.append(encode_batch(batch_of(run, ledger_id, chance.randbytes(32))))
    return made


def good_receipts(chance: random.Random) -> list[bytes]:
    return [
        encode_receipt(
            Receipt(
                ledger_id=chance.randbytes(16).hex(),
                stored_through=chance.randrange(100_000),
                chain=chance.randbytes(32).hex(),
            )
        )
        for _ in range(SHAPES)
    ]


def good_healths(chance: random.Random) -> list[bytes]:
    online = [
        Health(
            state="online",
            version="0.1.0",
            stored=chance.randrange(100_000),
            temperature_c=chance.randrange(99) / 2,
            scan=ScanHealth(camera="ok", frames=chance.randrange(100_000)),
        )
        for _ in range(SHAPES)
    ]
    return [encode_health(health) for health in [OFFLINE, *online]]


def good_topics(chance: random.Random) -> list[bytes]:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
    ids = ["".join(chance.choices(letters, k=chance.randrange(3, 41))) for _ in range(SHAPES)]
    made = [topics.gate(gate_id, channel) for gate_id in ids for channel in GateChannel]
    return [topic.encode() for topic in [*made, *map(topics.counts, ids)]]


GOOD_CARD = sign(CARD, KEY_ID, private_key()).encode()


def outcomes(decode: Callable[[Payload], str], payloads: Iterable[Payload]) -> Counter[str]:
    """Count each outcome; anything but a ContractError is reported with its payload."""
    counted: Counter[str] = Counter()
    for payload in payloads:
        try:
            counted[decode(payload)] += 1
        except ContractError as error:
            counted[error.reason] += 1
        except Exception as error:
            raise AssertionError(f"{type(error).__name__} for {payload!r:.500}") from error
    return counted


def batch(payload: bytes) -> str:
    """Decode a batch; what is decoded is the same after another round."""
    decoded = decode_batch(payload, GATE_ID)
    assert decode_batch(encode_batch(decoded), GATE_ID) == decoded
    return DECODED


def receipt(payload: bytes) -> str:
    decoded = decode_receipt(payload)
    assert decode_receipt(encode_receipt(decoded)) == decoded
    return DECODED


def health(payload: bytes) -> str:
    decoded = decode_health(payload)
    assert decode_health(encode_health(decoded)) == decoded
    return DECODED


def topic(text: str) -> str:
    named = topics.parse(text)
    match named:
        case GateTopic(gate_id, channel):
            built = topics.gate(gate_id, channel)
        case DistrictTopic(channel):
            built = topics.district(channel)
        case CountsTopic(unit_id):
            built = topics.counts(unit_id)
    assert built == text
    return DECODED


def card(code: bytes) -> str:
    verdict = verify(code, public_keys())
    if isinstance(verdict, VerifiedCard):
        assert code == GOOD_CARD
        return DECODED
    assert verdict in REFUSALS
    return verdict


def card_mutants(seed: int) -> Iterator[bytes]:
    """Generate noise, damaged texts, and well-formed texts of damaged content."""
    chance = random.Random(seed)
    content = base45.decode(GOOD_CARD.removeprefix(PREFIX))
    for number in count():
        match number % 4:
            case 0:
                yield chance.randbytes(chance.randrange(4096 if number % 64 == 0 else 200))
            case 1:
                yield PREFIX + chance.randbytes(chance.randrange(200))
            case 2:
                yield with_bytes_changed(GOOD_CARD, chance)
            case _:
                damaged = bytearray(content)
                for _ in range(chance.randrange(1, 4)):
                    damaged[chance.randrange(len(damaged))] = chance.randrange(256)
                yield PREFIX + base45.encode(bytes(damaged)).encode()


def topic_mutants(seed: int) -> Iterator[str]:
    """Generate texts as an MQTT client passes them on, and worse ones."""
    chance = random.Random(seed)
    good = good_topics(chance)
    for number in count():
        if number % 3 == 0:
            made = chance.randbytes(chance.randrange(80))
        else:
            made = with_bytes_changed(chance.choice(good), chance)
        yield made.decode("utf-8", "surrogateescape" if number % 2 else "replace")


def is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return True


def test_half_a_million_batches_and_receipts() -> None:
    batches = outcomes(batch, distinct(mutants(good_batches(random.Random(1)), seed=1), BATCHES))
    assert batches.total() == BATCHES
    assert batches.keys() == {"malformed", "wrong_gate", "chain_mismatch", DECODED}
    assert batches[DECODED] > BATCHES // 200
    assert batches["chain_mismatch"] > BATCHES // 200

    receipts = outcomes(
        receipt, distinct(mutants(good_receipts(random.Random(2)), seed=2), RECEIPTS)
    )
    assert receipts.total() == RECEIPTS
    assert receipts.keys() == {"malformed", DECODED}
    assert receipts[DECODED] > RECEIPTS // 100


def test_half_a_million_healths_topics_and_cards() -> None:
    healths = outcomes(health, distinct(mutants(good_healths(random.Random(3)), seed=3), HEALTHS))
    assert healths.total() == HEALTHS
    assert healths.keys() == {"malformed", DECODED}
    assert healths[DECODED] > HEALTHS // 100

    parsed = outcomes(topic, distinct(topic_mutants(seed=4), TOPICS))
    assert parsed.total() == TOPICS
    assert parsed.keys() == {"foreign_topic", DECODED}
    assert parsed[DECODED] > TOPICS // 100

    cards = outcomes(card, distinct(card_mutants(seed=5), CARDS))
    assert cards.total() == CARDS
    assert cards[Verdict.BAD_SIGNATURE] > CARDS // 10
    assert cards[Verdict.UNKNOWN_KEY] > CARDS // 1000
    assert cards[Verdict.NOT_A_PERSON_CARD] > CARDS // 10
    assert cards[Verdict.UNREADABLE] > CARDS // 10
    assert cards[DECODED] < CARDS // 100


def test_more_than_a_quarter_of_the_mutants_are_json() -> None:
    made = list(distinct(mutants(good_batches(random.Random(6)), seed=6), 20_000))
    assert len(set(made)) == 20_000
    assert sum(map(is_json, made)) > 5_000
