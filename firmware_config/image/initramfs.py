"""Make the initramfs: busybox, `init.sh`, and the kernel modules that are needed to read the card.

It is made here and not by the root's own tools.
"""

import gzip
import os
import tempfile
from pathlib import Path
from shutil import copyfile

from firmware_config.image.tools import run
from gate_contract.errors import SchoolgateError

MODULES = (
    "crc32c_generic",  # libcrc32c, which erofs needs, loads it by another name
    *("erofs", "lz4_decompress"),
    *("virtio_pci", "virtio_mmio", "virtio_blk"),
    *("bcm2835-dma", "clk-raspberrypi", "raspberrypi-power", "gpio-raspberrypi-exp"),
    *("gpio-regulator", "fixed", "pwrseq_simple", "bcm2835", "sdhci-iproc", "sdhci-brcmstb"),
    *("mmc_block", "bcm2835_wdt", "bcm2835-rng"),
)
TOOLS = (
    "sh",
    "mount",
    "umount",
    "modprobe",
    "switch_root",
    "sleep",
    "dd",
    "hexdump",
    "sed",
    "reboot",
)
INIT = Path(__file__).parent / "init.sh"


def write(root: Path, version: str, out: Path, moment: str) -> None:
    """Make the initramfs for the kernel `version` in `root`, without running anything of it."""
    with tempfile.TemporaryDirectory(prefix="gate-image-") as work:
        tree = Path(work)
        for name in ("bin", "dev", "proc", "sys", "slot", f"usr/lib/modules/{version}"):
            (tree / name).mkdir(parents=True)
        (tree / "lib").symlink_to("usr/lib")
        (tree / "sbin").symlink_to("bin")  # where the kernel looks for modprobe
        copyfile(root / "usr/bin/busybox", tree / "bin/busybox")
        (tree / "bin/busybox").chmod(0o755)
        for name in TOOLS:
            (tree / "bin" / name).symlink_to("busybox")
        copyfile(INIT, tree / "init")
        (tree / "modules").write_text("\n".join(MODULES))
        (tree / "init").chmod(0o755)
        _modules(root, version, tree)
        for path in sorted(tree.rglob("*"), reverse=True):
            os.utime(path, (int(moment), int(moment)), follow_symlinks=False)
        names = "\n".join(sorted(str(path.relative_to(tree)) for path in tree.rglob("*")))
        packed = ["cpio", "-o", "-H", "newc", "-R", "0:0", "--reproducible", "--quiet"]
        out.write_bytes(gzip.compress(run(packed, cwd=tree, given=names.encode()), 9, mtime=0))


def _modules(root: Path, version: str, tree: Path) -> None:
    wanted = set()
    for name in MODULES:
        try:
            listed = run(["modprobe", "-d", root, "-S", version, "--show-depends", name]).decode()
        except SchoolgateError:
            continue  # built into this kernel, or another family's driver
        wanted |= {line.split()[1] for line in listed.splitlines() if line.startswith("insmod")}
    kernels = (root / "usr/lib/modules").resolve()
    for path in sorted(Path(name) for name in wanted):
        inside = tree / "usr/lib/modules" / path.resolve().relative_to(kernels)
        inside.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".xz":  # busybox loads only uncompressed modules
            inside.with_suffix("").write_bytes(run(["xz", "-dc", path]))
        else:
            copyfile(path, inside)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        copyfile(
            root / "usr/lib/modules" / version / name, tree / "usr/lib/modules" / version / name
        )
    run(["depmod", "-b", tree, version])
