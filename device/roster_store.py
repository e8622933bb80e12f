"""The roster files: one roster with its changes in one file, and the previous file.

Format: `MAGIC | length of the full roster u32 | its payload | the payload of its changes`, as they
were received. The file is replaced as a whole; a power cut leaves the old or the new one. The
previous file is read if the newest one is damaged. gate-uplink writes the files and gate-scan reads
them; both verify the signatures, and neither relies on the other.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gate_contract.durable_file import replace_file, sync_folder
from gate_contract.errors import ContractError
from gate_contract.roster import MAX_PAYLOAD_BYTES, EffectiveRoster, apply_roster, verify

OWN_NAME, DISTRICT_NAME = "roster.bin", "district-roster.bin"
MAGIC = b"SGR1"
_HEAD = struct.Struct(">4sI")
MAX_FILE_BYTES = _HEAD.size + 2 * MAX_PAYLOAD_BYTES


@dataclass(frozen=True, slots=True)
class StoredRoster:
    """The roster of a store.

    `fault` says what is wrong with the newest file, if anything; `roster` is from the previous file
    then, or None.
    """

    roster: EffectiveRoster | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RosterStore:
    """The files of a gate's own roster, or with `district` of the one for every gate."""

    folder: Path
    gate_id: str
    keys: Mapping[int, Ed25519PublicKey]
    district: bool = False

    @property
    def path(self) -> Path:
        """The newest file."""
        return self.folder / (DISTRICT_NAME if self.district else OWN_NAME)

    @property
    def path_before(self) -> Path:
        """The previous file."""
        return self.path.with_suffix(".before")

    def read(self) -> StoredRoster:
        """Return the newest roster that is complete and signed by the district."""
        faults: list[str] = []
        for path in (self.path, self.path_before):
            try:
                return StoredRoster(self._verified(_read(path)), "".join(faults[:1]))
            except FileNotFoundError:
                continue
            except (OSError, ContractError) as error:
                faults.append(f"{path.name}: {error}")
        return StoredRoster(None, "".join(faults[:1]))

    def keep(self, full: bytes, changes: bytes = b"") -> None:
        """Replace the stored payloads by these. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        content = _HEAD.pack(MAGIC, len(full)) + full + changes
        replace_file(new, content, 0o640)  # gate-scan reads it through the group
        if self._is_whole():
            self.path.replace(self.path_before)
        new.replace(self.path)
        sync_folder(self.folder)

    def payloads(self) -> tuple[bytes, bytes]:
        """Return the full roster and its changes as received, of the file that `read` uses.

        Both are empty if there is no file.
        """
        for path in (self.path, self.path_before):
            try:
                data = _read(path)
                self._verified(data)
            except (OSError, ContractError):
                continue
            return _split(data)
        return b"", b""

    def _is_whole(self) -> bool:
        try:
            self._verified(_read(self.path))
        except (OSError, ContractError):
            return False
        return True

    def _verified(self, data: bytes) -> EffectiveRoster:
        effective: EffectiveRoster | None = None
        for payload in filter(None, _split(data)):
            roster = verify(payload, self.keys)
            if (roster.gate_id is None) != self.district:
                raise ContractError("wrong_gate", "this roster belongs in the other file")
            effective = apply_roster(effective, roster, self.gate_id)
        if effective is None:
            raise ContractError("malformed", "the file holds no roster")
        return effective


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _split(data: bytes) -> tuple[bytes, bytes]:
    if len(data) < _HEAD.size or len(data) > MAX_FILE_BYTES or not data.startswith(MAGIC):
        raise ContractError("malformed", "damaged, or not a roster file")
    _, size = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    return body[:size], body[size:]
