"""The command behind `make demo`."""

import json
import queue
import signal
import sys
import time
from pathlib import Path

import click

from demo.outcome import DemoOutcome, as_json, knows_rosters, measure, progress
from demo.processes import START_S, Processes, mosquitto, program
from demo.setup import DemoSetup, build
from gate_contract.errors import SchoolgateError

DRAIN_S = 60


@click.command()
@click.option("--seconds", type=click.FloatRange(5, 3600), help="End after about this long.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write what happened to FILE.")
@click.option("--camera", metavar="DEVICE", help="A webcam for the first gate, e.g. /dev/video0.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True
)
def main(seconds: float | None, out: Path | None, camera: str | None, folder: Path) -> None:
    """Run two gates of two schools, a broker and the district's bridge on this machine."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)
    if out and not out.absolute().parent.is_dir():
        raise click.BadParameter(f"{out.parent} is no folder", param_hint="--json")
    try:
        outcome = run(folder, seconds=seconds, camera=camera)
    except SchoolgateError as error:
        click.echo(f"demo: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:  # a second Ctrl-C, or one before anything ran
        sys.exit(130)
    if out:
        out.write_text(json.dumps(as_json(outcome), indent=2) + "\n", "utf-8")
    print(
        f"\n{outcome.cards_shown} cards shown: {outcome.crossings} crossings, "
        f"{outcome.refusals} refusals. {outcome.receipted} confirmed by the district; "
        f"{outcome.lost} lost, {outcome.doubled} counted twice."
    )


def run(folder: Path, *, seconds: float | None, camera: str | None) -> DemoOutcome:
    """Run the demo and return what happened. Ctrl-C ends it in good order."""
    print("Setting up: people, their cards, what the cameras will see ...", flush=True)
    setup = build(folder.absolute(), seconds=seconds, camera=camera)
    with Processes(folder.absolute() / "logs") as processes:
        processes.start("broker", [mosquitto(), "-c", setup.broker_config])
        processes.start(
            "bridge", [program("gate-bridge"), "serve", "--home", setup.home.folder], listen=True
        )
        print(f"\n  {processes.wait_for_line('bridge')}")
        print(f"  cards to print: {setup.cards}")
        print("  Ctrl-C ends it.\n" if seconds is None else "", flush=True)
        for gate in setup.gates:
            gate_command, config = program("gate"), gate.config
            processes.start(f"{gate.gate_id}-uplink", [gate_command, "uplink", "--config", config])
        _wait_for_rosters(setup, processes)
        for gate in setup.gates:
            gate_command, config = program("gate"), gate.config
            processes.start(gate.gate_id, [gate_command, "scan", "--config", config], listen=True)
        try:
            _watch(setup, processes, seconds)
        except KeyboardInterrupt:
            print("\nending: delivering what is left ...", flush=True)
        frames = {}
        for gate in setup.gates:
            processes.stop(gate.gate_id)
            last_words = progress(gate).scan
            frames[gate.gate_id] = last_words.frames if last_words else 0
        _drain(setup, processes)
        return measure(setup, frames)


def _wait_for_rosters(setup: DemoSetup, processes: Processes) -> None:
    """Wait until every gate has the levels and the withdrawn cards."""
    deadline = time.monotonic() + START_S
    while not all(knows_rosters(gate) for gate in setup.gates):
        processes.check()
        if time.monotonic() > deadline:
            raise SchoolgateError("the gates have received no roster; see the logs")
        time.sleep(0.1)


def _watch(setup: DemoSetup, processes: Processes, seconds: float | None) -> None:
    """Print the gates' signals until all cameras have shown everything, or for ever."""
    names = {gate.gate_id: gate.unit_id for gate in setup.gates}
    started = time.monotonic()
    while True:
        processes.check()
        try:
            gate_id, line = processes.said.get(timeout=0.5)
            if gate_id in names:
                print(f"  {names[gate_id]:<15} {line}", flush=True)
            continue
        except queue.Empty:
            pass
        if seconds is None:
            continue
        scans = [progress(gate).scan for gate in setup.gates if gate.scenario]
        if all(scan is not None and scan.source_ended for scan in scans):
            if all(gate.scenario for gate in setup.gates):
                return
            if time.monotonic() - started >= seconds:
                return


def _drain(setup: DemoSetup, processes: Processes) -> None:
    """Wait until every record has its receipt."""
    deadline = time.monotonic() + DRAIN_S
    while time.monotonic() < deadline:
        processes.check()
        states = [progress(gate) for gate in setup.gates]
        if all(state.receipted == state.stored for state in states):
            return
        time.sleep(0.2)


if __name__ == "__main__":
    main()
