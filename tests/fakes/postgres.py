"""Run a real PostgreSQL in a folder, on a Unix socket, which is removed with the tests."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAMS = Path("/usr/lib/postgresql")


class Postgres:
    """A context manager. Root runs it as the user `postgres`, since it refuses to run as root."""

    def __init__(self) -> None:
        newest = max(PROGRAMS.iterdir(), key=lambda folder: float(folder.name))
        self._programs = newest / "bin"
        self._folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self._databases = 0
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self._folder, account.pw_uid, account.pw_gid)
            self._prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def __enter__(self) -> Self:
        data = self._folder / "data"
        self._run("initdb", "-D", data, "-A", "trust", "-U", "schoolgate", "-E", "UTF8", "-N")
        options = f"-k {self._folder} -c listen_addresses= -c fsync=off"
        self._run("pg_ctl", "-D", data, "-o", options, "-l", self._folder / "log", "-w", "start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder)

    def database(self) -> str:
        """Create an empty database; return its URL."""
        self._databases += 1
        name = f"district{self._databases}"
        self._run("createdb", "-h", self._folder, "-U", "schoolgate", name)
        return f"postgresql+psycopg://schoolgate@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [*self._prefix, self._programs / program, *arguments],
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
