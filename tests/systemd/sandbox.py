"""Put this process under a unit's rules that need no systemd: system calls and memory.

For a separate process: neither can be undone.
"""

import ctypes
import errno
import mmap

from tests.systemd.units import allowed_calls, unit

PR_SET_NO_NEW_PRIVS = 38
PR_SET_MDWE = 65
ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | errno.EPERM


def enter(name: str) -> None:
    """Apply the rules. Raises AssertionError if one could not be put in force."""
    assert unit(name)["SystemCallErrorNumber"] == ["EPERM"]
    calls = allowed_calls(name)
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    if libc.prctl(PR_SET_MDWE, 1, 0, 0, 0) == 0:  # Linux 6.3 and later
        assert _refused_writable_code()
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(REFUSE)))
    added = 0
    for call in calls:
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        rule = (context, ctypes.c_uint32(ALLOW), number, 0, None)
        added += seccomp.seccomp_rule_add_array(*rule) == 0
    assert added > 200, "libseccomp knows hardly any of the calls"
    assert seccomp.seccomp_load(context) == 0


def _refused_writable_code() -> bool:
    try:
        mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    except PermissionError:
        return True
    return False
