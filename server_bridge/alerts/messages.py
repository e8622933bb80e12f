"""What a message says. Pure. It names schools and gates, and never a person or a card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server_bridge.alert_kinds import AlertKind
from server_bridge.alerts.texts import PHRASES, say
from server_bridge.i18n.formats import Formats
from server_bridge.store.alerts.alert_messages import News
from server_bridge.store.alerts.alerts import Alert

LISTED = 8
"""So many places are named for each kind; a power cut has sixty."""
MANY = 5
"""So many gates silent, and half of all, are not many troubles but one."""


@dataclass(frozen=True, slots=True)
class MessageContext:
    """What messages are made with: names of units, of each itself and all above it, how many gates
    there are, the page's address."""

    names: Mapping[str, str]
    lines: Mapping[str, tuple[str, ...]]
    gates: int
    link: str
    today: date


def compose(
    news: News, alerts: Sequence[Alert], known: MessageContext, formats: Formats
) -> tuple[str, str]:
    """Title and body of one message about all these alerts."""
    lang = formats.lang
    kinds = sorted({AlertKind(alert.kind) for alert in alerts}, key=list(AlertKind).index)
    groups = [[alert for alert in alerts if alert.kind == kind] for kind in kinds]
    body = []
    for kind, group in zip(kinds, groups, strict=True):
        body.append(say(lang, f"alerts_{kind}"))
        if (
            kind is AlertKind.SILENT
            and news == "raised"
            and _is_one_trouble(len(group), known.gates)
        ):
            numbers = {"number": len(group), "all": known.gates}
            body.append(say(lang, "alerts_many_at_once", **numbers))
        elif news == "raised":
            body.append(say(lang, f"alerts_do_{kind}"))
        body += [_line(news, alert, known, formats) for alert in group[:LISTED]]
        if len(group) > LISTED:
            body.append(say(lang, "alerts_more", number=len(group) - LISTED))
        body.append("")
    body.append(say(lang, "alerts_see", link=known.link))
    return _title(news, kinds, alerts, known, formats), "\n".join(body)


def detail_of(alert: Alert, formats: Formats) -> str:
    """What more is known of an alert, in words; empty if nothing."""
    key = f"alerts_detail_{alert.kind}"
    return say(formats.lang, key, detail=alert.detail) if alert.detail and key in PHRASES else ""


def where(alert: Alert, names: Mapping[str, str], formats: Formats) -> str:
    """School and gate; of a card only the school."""
    if alert.unit_id is None:
        return f"{say(formats.lang, 'alerts_server')} ({alert.subject})"
    name = names.get(alert.unit_id, alert.unit_id)
    return name if alert.kind == AlertKind.SHARED_CARD else f"{name} ({alert.subject})"


def _title(
    news: News,
    kinds: Sequence[AlertKind],
    alerts: Sequence[Alert],
    known: MessageContext,
    formats: Formats,
) -> str:
    lang, number = formats.lang, len(alerts)
    if len(kinds) > 1:
        key = "alerts_title_mixed" if news == "raised" else "alerts_title_over_mixed"
        return say(lang, key, number=number)
    what = say(lang, f"alerts_{kinds[0]}")
    if number == 1:
        title = say(
            lang, "alerts_title_one", what=what, where=where(alerts[0], known.names, formats)
        )
    else:
        title = say(lang, "alerts_title_many", what=what, number=number)
    return title if news == "raised" else say(lang, "alerts_title_over", title=title)


def _line(news: News, alert: Alert, known: MessageContext, formats: Formats) -> str:
    place = where(alert, known.names, formats)
    time = formats.moment(alert.since_ms, known.today)
    if news == "resolved" and alert.resolved_ms is not None:
        until = formats.moment(alert.resolved_ms, known.today)
        return say(formats.lang, "alerts_line_over", where=place, time=time, until=until)
    detail = detail_of(alert, formats)
    rest = f", {detail}" if detail else ""
    return say(formats.lang, "alerts_line", where=place, time=time, detail=rest)


def _is_one_trouble(silent: int, gates: int) -> bool:
    return silent >= MANY and 2 * silent >= gates
