"""The filter's numbers agree with the kernel's own headers, also for aarch64."""

import platform
import re
from pathlib import Path

import pytest

from device.scan.decode.seccomp_filter import _ARCHITECTURES, _CALLS

HEADERS = Path("/usr/include")
X86_64 = HEADERS / "x86_64-linux-gnu/asm/unistd_64.h"
GENERIC = HEADERS / "asm-generic/unistd.h"
"""aarch64 has the generic numbers; of two variants the 64-bit one."""
AUDIT = HEADERS / "linux/audit.h"


def numbers(header: Path) -> dict[str, int]:
    text = header.read_text("ascii")
    named = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", text, re.MULTILINE)
    return {name: int(number) for name, number in named}


@pytest.mark.parametrize(
    ("column", "header"),
    [
        pytest.param(
            *(0, X86_64),
            id="x86_64",
            marks=pytest.mark.skipif(platform.machine() != "x86_64", reason="another's header"),
        ),
        pytest.param(1, GENERIC, id="arm64"),
    ],
)
def test_every_call_has_the_kernels_number(column: int, header: Path) -> None:
    known = numbers(header)
    assert len(known) > 250
    assert {name: call[column] for name, call in _CALLS.items()} == {
        name: known[name] for name in _CALLS
    }


def test_the_architectures_have_the_kernels_names() -> None:
    text = AUDIT.read_text("ascii")
    bits = {"__AUDIT_ARCH_64BIT": 0x80000000, "__AUDIT_ARCH_LE": 0x40000000}
    machines = {"x86_64": ("X86_64", 62), "aarch64": ("AARCH64", 183)}  # EM_ in linux/elf-em.h
    for name, (kernels, machine) in machines.items():
        assert f"AUDIT_ARCH_{kernels}\t(EM_{kernels}|__AUDIT_ARCH_64BIT|__AUDIT_ARCH_LE)" in text
        assert _ARCHITECTURES[name][1] == machine | sum(bits.values())
