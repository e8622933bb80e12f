"""Observe and fail SQLite's file operations, for every file that Python's sqlite3 opens.

Registered as SQLite's default VFS in this process, so that the code under test is the code that
ships: it opens the ledger as always. Calls are passed to the real VFS unless a watcher refuses
them.
"""

import _sqlite3
import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_void_p
from typing import Any, Protocol

FULL, IOERR_WRITE, IOERR_FSYNC = 13, 778, 1034
"""SQLite's result codes for a full disk, and for a write and an fsync that failed."""


class Watcher(Protocol):
    """Called with every effect before it happens; any code but 0 is returned to SQLite instead."""

    def opened(self, path: str) -> None: ...
    def write(self, path: str, offset: int, data: bytes) -> int: ...
    def truncate(self, path: str, size: int) -> int: ...
    def sync(self, path: str) -> int: ...
    def unlink(self, path: str, *, folder_synced: bool) -> int: ...


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", c_void_p),
        ("xDelete", c_void_p),
        ("others", c_void_p * 14),
    )


_METHODS = (
    "xClose",
    "xRead",
    "xWrite",
    "xTruncate",
    "xSync",
    "xFileSize",
    "xLock",
    "xUnlock",
    "xCheckReservedLock",
    "xFileControl",
    "xSectorSize",
    "xDeviceCharacteristics",
    "xShmMap",
    "xShmLock",
    "xShmBarrier",
    "xShmUnmap",
    "xFetch",
    "xUnfetch",
)


class _Methods(ctypes.Structure):
    _fields_ = (("iVersion", c_int), *((name, c_void_p) for name in _METHODS))


_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_CLOSE = CFUNCTYPE(c_int, c_void_p)
_WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)

# The very library that Python's sqlite3 is linked to, found through the module itself.
_library = ctypes.CDLL(_sqlite3.__file__ or None)
_library.sqlite3_vfs_find.restype = POINTER(_Vfs)
_library.sqlite3_vfs_find.argtypes = [c_char_p]
_library.sqlite3_vfs_register.argtypes = [POINTER(_Vfs), c_int]
_library.sqlite3_vfs_unregister.argtypes = [POINTER(_Vfs)]


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Watch every SQLite file that is opened meanwhile; all must be closed by the end."""
    shim = _Shim(watcher)
    _library.sqlite3_vfs_register(ctypes.byref(shim.vfs), 1)
    try:
        yield
    finally:
        _library.sqlite3_vfs_unregister(ctypes.byref(shim.vfs))


class _Shim:
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._real = _library.sqlite3_vfs_find(b"unix")
        self._paths: dict[int, str] = {}
        self._tables: dict[int, tuple[_Methods, _Methods]] = {}
        self._real_methods: dict[int, _Methods] = {}
        self._callbacks: dict[str, Any] = {
            "xClose": _CLOSE(self._close),
            "xWrite": _WRITE(self._write),
            "xTruncate": _TRUNCATE(self._truncate),
            "xSync": _SYNC(self._sync),
        }
        self._open_callback, self._delete_callback = _OPEN(self._open), _DELETE(self._delete)
        self.vfs = _Vfs.from_buffer_copy(self._real.contents)
        self.vfs.zName = b"watched"
        self.vfs.xOpen = ctypes.cast(self._open_callback, c_void_p).value
        self.vfs.xDelete = ctypes.cast(self._delete_callback, c_void_p).value

    def _open(self, _vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        # The real VFS opens into the same memory; then only its table of methods is exchanged.
        result = int(_OPEN(self._real.contents.xOpen)(self._real_address, name, file, flags, out))
        if result == 0 and name:
            path = ctypes.string_at(name).decode()
            self._paths[file] = path
            pointer = c_void_p.from_address(file)
            address = pointer.value or 0
            if address not in self._tables:
                real = _Methods.from_address(address)
                table = _Methods.from_buffer_copy(real)
                for method, callback in self._callbacks.items():
                    setattr(table, method, ctypes.cast(callback, c_void_p).value)
                self._tables[address] = (real, table)
            self._real_methods[file], table = self._tables[address]
            pointer.value = ctypes.addressof(table)
            self._watcher.opened(path)
        return result

    @property
    def _real_address(self) -> int:
        return ctypes.addressof(self._real.contents)

    def _close(self, file: int) -> int:
        self._paths.pop(file)
        return int(_CLOSE(self._real_methods.pop(file).xClose)(file))

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        written = ctypes.string_at(data, size)
        return self._watcher.write(self._paths[file], offset, written) or int(
            _WRITE(self._real_methods[file].xWrite)(file, data, size, offset)
        )

    def _truncate(self, file: int, size: int) -> int:
        return self._watcher.truncate(self._paths[file], size) or int(
            _TRUNCATE(self._real_methods[file].xTruncate)(file, size)
        )

    def _sync(self, file: int, flags: int) -> int:
        return self._watcher.sync(self._paths[file]) or int(
            _SYNC(self._real_methods[file].xSync)(file, flags)
        )

    def _delete(self, _vfs: int, name: bytes, sync_folder: int) -> int:
        refused = self._watcher.unlink(name.decode(), folder_synced=bool(sync_folder))
        return refused or int(
            _DELETE(self._real.contents.xDelete)(self._real_address, name, sync_folder)
        )
