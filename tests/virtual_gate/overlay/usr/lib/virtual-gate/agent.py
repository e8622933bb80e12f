"""Execute commands of the test on the host, over a serial line: one line of JSON in, one out."""

import json
import subprocess
import sys
import time
import tty
from pathlib import Path


def main(path: Path) -> None:
    with path.open("r+b", buffering=0) as line:
        tty.setraw(line.fileno())
        line.write(json.dumps({"up_s": time.clock_gettime(time.CLOCK_BOOTTIME)}).encode() + b"\n")
        waiting = b""
        while True:
            waiting += line.read(4096)
            *asked, waiting = waiting.split(b"\n")
            for command in asked:
                line.write(answer(json.loads(command)))


def answer(asked: dict[str, str]) -> bytes:
    done = subprocess.run(
        ["/bin/sh", "-c", asked["run"]],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    told = {"code": done.returncode, "said": done.stdout.decode(errors="replace")}
    return json.dumps(told).encode() + b"\n"


main(Path(sys.argv[1]))
