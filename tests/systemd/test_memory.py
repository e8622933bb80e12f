"""Our libraries run where no memory may be both written and executed, as the units demand."""

import subprocess
import sys

import pytest

# In a process of its own: the kernel's promise cannot be taken back.
PROGRAM = """
import ctypes, mmap, sys
PR_SET_MDWE = 65
if ctypes.CDLL(None).prctl(PR_SET_MDWE, 1, 0, 0, 0) != 0:
    sys.exit(77)
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    sys.exit("the control failed: such memory was given out")
except PermissionError:
    pass
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
values = (ctypes.c_int * 3)(3, 1, 2)
ctypes.CDLL(None).qsort(values, 3, 4, compare(lambda a, b: a[0] - b[0]))
assert list(values) == [1, 2, 3]  # what pyzbar and the clock do: calls, and a callback

import cv2, msgspec, numpy, pyzbar.pyzbar, sqlite3, ssl, zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
frame = cv2.GaussianBlur(numpy.zeros((480, 640), "u1"), (5, 5), 0)
assert not zxingcpp.read_barcodes(frame) and not pyzbar.pyzbar.decode(frame)
numpy.ones((300, 300)) @ numpy.ones((300, 300))
Ed25519PrivateKey.generate().sign(b"x")
"""


def test_the_device_stack_needs_no_executable_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    if done.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE (Linux 6.3)")
    assert done.returncode == 0, done.stderr
