"""Write the configuration folder of a gate that is set up by hand."""

from pathlib import Path

from gate_contract.durable_file import replace_file
from gate_contract.errors import SchoolgateError
from gate_contract.gate_files import GateFiles, file_contents


def write_gate_folder(folder: Path, files: GateFiles) -> Path:
    """Write `gate.toml` and `tls/` into a new folder; return the path of `gate.toml`.

    The folder is to be copied to the gate as `/etc/schoolgate`.

    Raises:
        SchoolgateError: the folder is not empty, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise SchoolgateError(f"{folder} is not empty; choose another folder for the gate")
        (folder / "tls").mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in file_contents(files):
            replace_file(folder / file.name, file.content, file.mode)
    except OSError as error:
        raise SchoolgateError(f"{folder}: {error.strerror}; choose a folder you own") from error
    return folder / "gate.toml"
