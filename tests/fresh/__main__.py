"""Make a bare Debian in a folder, and run commands in it.

Usage: `python3 -m tests.fresh make SUITE`, then `... run SUITE COMMAND`. The root has git, make,
Python and certificates: what `make` does not install is missing there. `make` makes the root, and
checks that apt and pip reach their archives from it; `run` runs a command in it, in a clean clone
of the last commit. This machine's own settings of apt and pip say where packages come from. It
needs root and mmdebstrap, and of Python only the standard library.
"""

# ruff: noqa: T201 (it talks to its terminal)

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.fresh import carried

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "var" / "fresh"
INCLUDED = "git,make,python3,ca-certificates"
INSIDE = "/srv/schoolgate"
TRIAL = """
echo "deb $1 trixie-backports main" >/etc/apt/sources.list.d/trial.list
apt-get -q update -o APT::Update::Error-Mode=any
DEBIAN_FRONTEND=noninteractive apt-get -yq install --no-install-recommends python3-venv >/dev/null
python3 -m venv /trial
/trial/bin/pip download -qq --disable-pip-version-check --no-deps --require-hashes \
    --dest /trial -r requirements.lock
"""
"""A failure of these commands is not the project's. The virtual gate's kernel is in backports."""
ENTER = """
root=$1; shift
mount --bind "$root" "$root"
for folder in dev sys; do mount --rbind "/$folder" "$root/$folder"; done
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root${1%/*}"; : >>"$root$1"; fi
    mount --bind -o ro "$1" "$root$1"
    shift
done
shift
cd "$root"
exec chroot "$root" "$@"
"""
"""Runs in its own namespaces: when it ends, nothing is left mounted."""


def main() -> int:
    """Run the command line; return the command's exit code, or 1 where no root can be made."""
    parser = argparse.ArgumentParser(prog="python3 -m tests.fresh")
    parser.add_argument("what", choices=["make", "run"])
    parser.add_argument("suite", help="bookworm or trixie; `own` is this machine's")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    try:
        suite = carried.own_suite() if asked.suite == "own" else asked.suite
        kept = KEPT / f"{suite}.tar"
        if asked.what == "make":
            make(suite, kept)
            return 0
        with unpacked(kept) as root:
            return inside(root, asked.command)
    except (OSError, subprocess.CalledProcessError, carried.NotCarriedError) as error:
        print(f"no bare Debian: {error}", file=sys.stderr)
        return 1


def make(suite: str, kept: Path) -> None:
    """Make the root as a tar, or check one that exists."""
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part.tar")
        options = ["--mode=root", "--variant=minbase", "--quiet", f"--include={INCLUDED}"]
        options += [f"--aptopt={line}" for line in carried.apt_options()]
        subprocess.run(
            ["mmdebstrap", *options, suite, part, "-"],
            input=carried.apt_sources(suite),
            text=True,
            check=True,
        )
        part.rename(kept)
    with unpacked(kept) as root:
        if inside(root, ["sh", "-ec", TRIAL, "sh", carried.mirrors()[carried.MAIN]]):
            raise carried.NotCarriedError("apt or pip do not reach their archives from it")


@contextmanager
def unpacked(kept: Path) -> Iterator[Path]:
    """Yield a new root with this machine's settings and a clean clone; remove it afterwards."""
    root = Path(tempfile.mkdtemp(prefix="root-", dir=kept.parent))
    try:
        root.chmod(0o755)
        subprocess.run(["tar", "-xf", kept, "-C", root], check=True)
        carried.carry(root)
        clone(root / INSIDE.lstrip("/"))
        yield root
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", root], check=True)


def clone(folder: Path) -> None:
    """Clone the last commit, whoever owns this repository, without a remote."""
    with tempfile.NamedTemporaryFile("w", suffix=".gitconfig") as config:
        config.write("[safe]\n\tdirectory = *\n[advice]\n\tdetachedHead = false\n")
        config.flush()
        env = {**os.environ, "GIT_CONFIG_GLOBAL": config.name}
        git = ["git", "-c", "init.defaultBranch=main"]
        subprocess.run([*git, "clone", "-q", "--no-local", ROOT, folder], env=env, check=True)
        subprocess.run([*git, "-C", folder, "remote", "remove", "origin"], env=env, check=True)


def inside(root: Path, command: Sequence[str]) -> int:
    """Run a command in the clone; return its exit code."""
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    alone += ["--propagation", "private", "sh", "-ec", ENTER, "sh"]
    env = [f"{name}={value}" for name, value in carried.environment().items()]
    work = ["sh", "-ec", f'cd {INSIDE}; exec "$@"', "sh"]
    mounted = [str(path) for path in carried.mounted()]
    done = subprocess.run(
        [*alone, str(root), *mounted, "--", "env", "-i", *env, *work, *command],
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
