"""`gate doctor`: the results of all checks in words, each with its remedy."""

from collections.abc import Iterator, Sequence

from device.clock import SystemClock
from device.config import Config
from device.orders.effective_config import EffectiveConfig
from device.selftest.findings import SIGNALS, Finding, findings
from device.selftest.storage import try_storage
from device.status_files import read_scan, read_uplink
from gate_contract.notices import NOTICES, SetupNotice

TITLES: dict[str, dict[str, str]] = {
    SetupNotice.CAMERA: {"vi": "Camera", "en": "Camera"},
    SIGNALS: {"vi": "Đèn và còi", "en": "Light and sound"},
    SetupNotice.STORAGE: {"vi": "Thẻ nhớ", "en": "Storage"},
    SetupNotice.CLOCK: {"vi": "Đồng hồ", "en": "Clock"},
    SetupNotice.NETWORK: {"vi": "Mạng", "en": "Network"},
    SetupNotice.BROKER: {"vi": "Máy chủ quản lý", "en": "The district's server"},
    SetupNotice.ROSTER: {"vi": "Danh sách thẻ", "en": "Roster"},
}
REMEDIES: dict[str, dict[str, str]] = {
    **{check: NOTICES[check] for check in TITLES if isinstance(check, SetupNotice)},
    SIGNALS: {
        "vi": "Đèn hoặc còi không chạy. Kiểm tra dây theo sơ đồ: gate wiring.",
        "en": "Light or sound cannot be driven. Check the wires: gate wiring.",
    },
}
SILENT = {
    "vi": "Chưa rõ: dịch vụ chưa chạy. Chờ một phút; nếu vẫn vậy, rút điện 10 giây rồi cắm lại.",
    "en": "Not known: a service is not running. Wait a minute, then unplug it for 10 seconds.",
}
STATES = {
    "ok": {"vi": "tốt", "en": "well"},
    "failed": {"vi": "HỎNG", "en": "FAILED"},
    "unknown": {"vi": "chưa rõ", "en": "not known"},
}
SIGNS = {"ok": "✔", "failed": "✘", "unknown": "?"}


def examine(loaded: EffectiveConfig, clock: SystemClock) -> tuple[Finding, ...]:
    """Run all checks of this gate now.

    It needs no camera and no network of its own: it reads the status of the two services. It writes
    and removes a small file beside the ledger.
    """
    config: Config = loaded.config
    reading = clock.read()
    return findings(
        read_scan(config.scan_status_path, reading.boot_id, reading.up_ms),
        read_uplink(config.uplink_status_path, reading.boot_id, reading.up_ms),
        try_storage(config.ledger_path.parent, lambda: clock.read().up_ms),
        knows_district=bool(config.order_keys),
    )


def words(found: Sequence[Finding], language: str) -> Iterator[str]:
    """Yield the results as lines of text; a check that is not ok is followed by its remedy."""
    for one in found:
        detail = f" ({one.detail})" if one.detail else ""
        title, state = TITLES[one.check][language], STATES[one.state][language]
        yield f"{SIGNS[one.state]} {title}: {state}{detail}"
        if one.state == "failed":
            yield f"    {REMEDIES[one.check][language]}"
        elif one.state == "unknown":
            yield f"    {SILENT[language]}"
