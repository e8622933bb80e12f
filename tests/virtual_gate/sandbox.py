"""What a service may and may not do, tried in its shipped unit with another program."""

import json
from collections.abc import Mapping

from tests.virtual_gate.machine import HOST_ADDRESS, Guest

DONE = "done"
SCAN = {
    "connect to the broker": False,
    "interfaces beside lo": False,
    "/dev/gpiochip0": True,
    "/dev/dma_heap/system": True,
    "/dev/ubdb": False,
    "/dev/ttyS0": False,
    "/dev/watchdog0": False,
    "/dev/kmsg": False,
    "/etc/schoolgate/gate.toml": True,
    "/etc/schoolgate/tls/key.pem": False,
    "write /var/lib/schoolgate": True,
    "write /data/virtual-gate": False,
    "write /etc": False,
    "set the clock": False,
    "a namespace of its own": False,
    "memory to write and run": False,
}
"""What gate-scan tries, and whether it is allowed."""
UPLINK = {
    **SCAN,
    "connect to the broker": True,
    "interfaces beside lo": True,
    "/dev/gpiochip0": False,
    "/dev/dma_heap/system": False,
    "/etc/schoolgate/tls/key.pem": True,
}
CHANGED = (
    "ExecStart=",
    "Type=",
    "Restart=",
    "WatchdogSec=",
    "RuntimeDirectory",
    "WorkingDirectory=",
)


def tried(gate: Guest, service: str, port: int) -> dict[str, str]:
    """Try everything under `service`'s own unit, with drop-ins; return the results by name."""
    probe = f"virtual-gate-probe-{service}.service"
    shipped = gate.run(f"systemctl cat {service}.service").splitlines()
    lines = [
        line for line in shipped if not line.startswith((*CHANGED, "#", "[Install]", "WantedBy="))
    ]
    probe_it = f"/usr/lib/virtual-gate/probe.py {HOST_ADDRESS} {port} '{json.dumps(list(SCAN))}'"
    lines += ["[Service]", "Type=oneshot", f"StandardOutput=truncate:/run/{probe}"]
    lines += [f"ExecStart=/usr/bin/python3 {probe_it}"]
    gate.write(f"/run/systemd/system/{probe}", "\n".join(lines))
    gate.run(f"systemctl daemon-reload && systemctl start {probe}")
    told: dict[str, str] = json.loads(gate.run(f"cat /run/{probe}"))
    return told


def wrong(told: Mapping[str, str], may: Mapping[str, bool]) -> list[str]:
    """Return what was allowed and must not be, or the reverse."""
    return [f"{name}: {told[name]}" for name, let in may.items() if (told[name] == DONE) is not let]


def cut_off(gate: Guest, service: str, port: int) -> str:
    """Try a connection as root, whom no filter restricts, in the network of the running service.

    Only the namespace itself restricts it.
    """
    pid = gate.run(f"systemctl show -P MainPID {service}").strip()
    probe = f"import socket; socket.create_connection(('{HOST_ADDRESS}', {port}), 5)"
    code, said = gate.ask(f'nsenter -t {pid} -n python3 -c "{probe}"')
    return said.splitlines()[-1] if code else DONE
