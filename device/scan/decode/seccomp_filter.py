"""Sandbox the calling process: after `seal` it can only compute, and read and write open files.

The seccomp filter is built here, so that nothing has to be installed: the few system calls that
computing needs are allowed, every other one fails with EPERM (no socket, no open, no exec).
"""

import ctypes
import os
import platform
import resource
import signal
import struct

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_FAIL_EPERM = 0x00050000 | 1
_KILL = 0x80000000

_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_OFFSET_NUMBER, _OFFSET_ARCH = 0, 4

_CALLS = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "sched_yield": (24, 124),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "tgkill": (234, 131),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "ppoll": (271, 73),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
}
"""The system calls that computing needs: their numbers on x86_64 and on aarch64."""

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The column above, and the kernel's id of the architecture. 32-bit systems have no filter."""


def _program(arch: int, numbers: tuple[int, ...]) -> bytes:
    """Return the BPF program: kill on a wrong architecture, allow listed calls, deny others."""

    def step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    steps = [
        step(_LOAD, _OFFSET_ARCH),
        step(_JUMP_IF_EQUAL, arch, 1, 0),
        step(_RETURN, _KILL),
        step(_LOAD, _OFFSET_NUMBER),
    ]
    for index, number in enumerate(numbers):
        # A jump over the remaining tests and the refusal.
        steps.append(step(_JUMP_IF_EQUAL, number, len(numbers) - index, 0))
    steps += [step(_RETURN, _FAIL_EPERM), step(_RETURN, _ALLOW)]
    return b"".join(steps)


def die_with_parent(parent: int | None = None) -> None:
    """Let the kernel kill the calling process when the process that started it ends.

    `parent`: its id, if known; if it has ended before this call, the caller ends here.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def limit_memory(extra_bytes: int) -> None:
    """Limit the growth of the calling process's address space to `extra_bytes` from here."""
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123  no Path: nothing to import later
        pages = int(statm.read().split()[0])
    limit = pages * os.sysconf("SC_PAGE_SIZE") + extra_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def seal() -> bool:
    """Deny new privileges, and install the filter on known machines; return whether it is on."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    column, arch = known
    numbers = tuple(call[column] for call in _CALLS.values())
    program = ctypes.create_string_buffer(_program(arch, numbers))
    length = (len(program) - 1) // 8

    class Filter(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    filters = Filter(length, ctypes.addressof(program))
    done = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filters), 0, 0)
    return int(done) == 0
