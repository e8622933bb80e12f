import os
from collections.abc import Iterator
from datetime import date

import numpy as np
import psutil
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from demo.scenes.card_art import modules
from device.scan.advice import Advice
from device.scan.decode import Code
from device.scan.decode.card_check import CardCheck
from device.scan.decode.process import DecoderProcess, Mishaps
from device.scan.decode.wire import pack_codes, pack_keys, unpack_codes, unpack_keys
from device.scan.decode.zxing import ZxingDecoder
from device.scan.frames import Grey
from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign
from tests.builders.code_pictures import CARD, OTHER, pasted, printed, street
from tests.fakes import saboteur as hostile_worker
from tests.fakes.sensor import Sensor

PICTURE = pasted(pasted(street(), printed(CARD, 3), 100, 100), printed(OTHER, 3), 600, 100)


def spelling(word: bytes) -> Grey:
    image = np.zeros((40, 60), np.uint8)
    image[0, : len(word)] = np.frombuffer(word, np.uint8)
    return image


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


@pytest.fixture(scope="module")
def saboteur() -> Iterator[DecoderProcess]:
    with DecoderProcess("saboteur", worker=hostile_worker.__name__, hang_s=0.3) as process:
        yield process


def test_it_decodes_as_the_decoder_itself() -> None:
    with DecoderProcess("zxing") as process:
        assert process.decode(PICTURE) == ZxingDecoder().decode(PICTURE)
        assert process.decode(PICTURE[:, ::-1]) == ZxingDecoder().decode(PICTURE[:, ::-1].copy())
        assert process.decode(np.zeros((1, 1), np.uint8)) == []
        assert process.mishaps == Mishaps()


@pytest.mark.parametrize(
    ("fault", "counted"),
    [
        (hostile_worker.CRASH, "crashes"),
        (hostile_worker.HANG, "hangs"),
        (hostile_worker.EAT, "out_of_memory"),
    ],
    ids=["crash", "hang", "memory"],
)
def test_a_fault_costs_one_frame_and_is_counted(
    saboteur: DecoderProcess, fault: bytes, counted: str
) -> None:
    before = getattr(saboteur.mishaps, counted)
    assert [code.data for code in saboteur.decode(spelling(b"whole"))] == [b"fine"]
    for times in (1, 2):
        assert saboteur.decode(spelling(fault)) == []
        assert getattr(saboteur.mishaps, counted) == before + times
        assert [code.data for code in saboteur.decode(spelling(b"whole"))] == [b"fine"]


def test_it_can_open_no_file_and_start_no_program(saboteur: DecoderProcess) -> None:
    if not saboteur.sealed:
        pytest.skip("this kernel or machine has no filter")
    for what in (hostile_worker.OPEN, hostile_worker.EXEC):
        assert [code.data for code in saboteur.decode(spelling(what))] == [b"refused"]


def test_if_all_of_it_is_killed_the_next_frame_starts_it_again() -> None:
    others = children()
    with DecoderProcess("saboteur", worker=hostile_worker.__name__) as process:
        workers = children() - others
        assert len(workers) == 2
        (keeper,) = (worker for worker in workers if worker.ppid() == os.getpid())
        keeper.kill()  # its child ends with it
        psutil.wait_procs(workers, timeout=10)
        process.decode(spelling(b"whole"))
        assert process.mishaps.crashes == 1
        assert [code.data for code in process.decode(spelling(b"whole"))] == [b"fine"]


def test_closing_leaves_nothing_behind() -> None:
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208  names only
    others = children()
    process = DecoderProcess("zxing")
    workers = children() - others
    process.close()
    process.close()
    del process
    assert len(workers) == 2
    assert not psutil.wait_procs(workers, timeout=10)[1]
    assert len(os.listdir("/proc/self/fd")) <= before  # noqa: PTH208


def test_with_keys_a_genuine_card_counts_at_once_and_a_forged_one_waits() -> None:
    key, thief = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    card = Card("00112233445566aa", CardKind.PUPIL, date(2025, 1, 1), date(2030, 1, 1))
    keys = {7: key.public_key().public_bytes_raw()}
    real, forged = sign(card, 7, key), sign(card, 7, thief)
    assert CardCheck(keys)(real.encode())
    assert not CardCheck(keys)(forged.encode())
    with DecoderProcess("schoolgate", keys) as process:
        shown = pasted(street(), printed(forged, 3), 300, 100)
        assert process.decode(shown) == []
        both = pasted(shown, printed(real, 3), 600, 100)
        seen = [{code.data for code in process.decode(both)} for _ in range(6)]
        assert any(real.encode() in codes for codes in seen[:3])
        assert seen[-1] == {real.encode(), forged.encode()}


def test_a_running_decoder_learns_new_keys_and_so_does_its_successor() -> None:
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    card = Card("00112233445566aa", CardKind.PUPIL, date(2025, 1, 1), date(2030, 1, 1))
    text = sign(card, 8, new).encode()
    shown = pasted(street(), printed(text.decode(), 3), 600, 100)
    keys = {7: old.public_key().public_bytes_raw()}
    others = children()
    with DecoderProcess("zxing", keys) as process:
        assert process.decode(shown) == []  # it waits, as any text does
        process.set_keys(keys | {8: new.public_key().public_bytes_raw()})
        assert [code.data for code in process.decode(shown)] == [text]
        workers = children() - others
        (child,) = (worker for worker in workers if worker.ppid() != os.getpid())
        child.kill()
        assert process.decode(shown) == []
        assert [code.data for code in process.decode(shown)] == [text]
        assert process.mishaps == Mishaps(crashes=1)


def test_advice_comes_back_with_the_codes() -> None:
    small = Sensor(np.pad(modules(CARD), 4, constant_values=255), px_per_module=1.3, deaf=True)
    with DecoderProcess("schoolgate") as process:
        for _ in range(40):
            frame = small.read(1)
            assert frame is not None
            process.decode(frame.image)
        assert process.advice == Advice(finer=True)
        assert process.mishaps == Mishaps()


coordinate = st.floats(-1e5, 1e5, width=32)
codes = st.builds(
    Code, st.binary(max_size=400), st.tuples(*[st.tuples(coordinate, coordinate)] * 4)
)


@given(st.lists(codes, max_size=10))
def test_codes_survive_the_wire(sent: list[Code]) -> None:
    assert unpack_codes(pack_codes(sent)) == sent


@given(st.binary(max_size=200))
def test_nonsense_on_the_wire_is_a_value_error_or_harmless(packed: bytes) -> None:
    try:
        found = unpack_codes(packed)
    except ValueError:
        return
    assert pack_codes(found) == packed


def test_more_codes_than_there_is_room_for_are_cut_off() -> None:
    spot = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    sent = [Code(b"x" * 7000, spot)] * 80
    assert unpack_codes(pack_codes(sent)) == sent[:9]


@given(st.dictionaries(st.integers(0, 255), st.binary(min_size=32, max_size=32)))
def test_keys_survive_the_wire(keys: dict[int, bytes]) -> None:
    assert unpack_keys(pack_keys(keys)) == keys
