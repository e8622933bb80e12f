"""Bad networks between real processes: on the gate's connection and on the bridge's."""

import random
from itertools import islice
from pathlib import Path

from gate_contract.verdicts import CROSSINGS
from tests.end_to_end.passing import card_codes, passing
from tests.faults.arena import GATE, Arena
from tests.faults.outcome import Outcome, eventually
from tests.faults.proxy import Proxy, Weather

RECOVERY_S = 120
BAD = [weather for weather in Weather if weather is not Weather.FAIR]


def weather(
    folder: Path,
    tried: int,
    kinds: list[Weather] | None = None,
    plants: dict[str, str] | None = None,
) -> Outcome:
    """Apply each network fault, to the gate's connection and the bridge's, while people pass.

    Recovered: afterwards, the records of that time have their receipt.
    """
    outcome = Outcome("network cut, delay, half-open, throttle, corruption")
    chance = random.Random(6)
    green = 0
    arena = Arena(folder, plants=plants)
    with Proxy(arena.port) as gates, Proxy(arena.port) as bridges, arena:
        arena.change_config(GATE, f"port = {arena.port}", f"port = {gates.port}\nkeepalive_s = 5")
        settings = arena.home.folder / "bridge.toml"
        text = settings.read_text()
        settings.write_text(text.replace(f"\nport = {arena.port}\n", f"\nport = {bridges.port}\n"))
        with arena.gatekeeper(GATE) as keeper:
            people = passing(keeper, card_codes(arena, 40))
            green += sum(answer in CROSSINGS for answer in islice(people, 10))
            for name in ("broker", "bridge", f"uplink {GATE}"):
                arena.start(name)
            assert eventually(lambda: arena.receipted() > 0, RECOVERY_S), "it never began"
            for number in range(tried):
                kind = (kinds or BAD)[number % len(kinds or BAD)]
                line = (gates, bridges)[number // len(kinds or BAD) % 2]
                line.set(kind)
                for _ in range(4):
                    green += sum(
                        answer in CROSSINGS for answer in islice(people, chance.randrange(5, 40))
                    )
                    eventually(lambda: False, 0.25)
                line.set(Weather.FAIR)
                due = arena.stored_and_receipted(GATE)[0]
                outcome.recovered(lambda due=due: arena.receipted() >= due, RECOVERY_S)  # type: ignore[misc]
            arena.settle(outcome, green)
    assert gates.passed > 0
    assert bridges.passed > 0
    return outcome
