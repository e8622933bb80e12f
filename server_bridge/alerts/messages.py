"""Compose messages about alerts. Pure functions.

A message names schools and gates, but never a person or a card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server_bridge.alert_kinds import AlertKind
from server_bridge.alerts.texts import PHRASES, say
from server_bridge.i18n.formats import Formats
from server_bridge.store.alerts.alert_messages import News
from server_bridge.store.alerts.alerts import Alert

MAX_PLACES = 8
"""The number of places listed per kind; a power cut may affect sixty gates."""
MANY_GATES = 5
"""From this number, if it is half of all gates, silent gates are reported as one failure."""


@dataclass(frozen=True, slots=True)
class MessageContext:
    """The data for composing messages.

    `names` are those of units, `lines` maps each unit to itself and all units above it, `gates` is
    the number of gates, and `link` the address of the alerts page.
    """

    names: Mapping[str, str]
    lines: Mapping[str, tuple[str, ...]]
    gates: int
    link: str
    today: date


def compose(
    news: News, alerts: Sequence[Alert], context: MessageContext, formats: Formats
) -> tuple[str, str]:
    """Return the title and body of one message about all these alerts."""
    lang = formats.lang
    kinds = sorted({AlertKind(alert.kind) for alert in alerts}, key=list(AlertKind).index)
    groups = [[alert for alert in alerts if alert.kind == kind] for kind in kinds]
    body = []
    for kind, group in zip(kinds, groups, strict=True):
        body.append(say(lang, f"alerts_{kind}"))
        if (
            kind is AlertKind.SILENT
            and news == "raised"
            and _is_one_failure(len(group), context.gates)
        ):
            numbers = {"number": len(group), "all": context.gates}
            body.append(say(lang, "alerts_many_at_once", **numbers))
        elif news == "raised":
            body.append(say(lang, f"alerts_do_{kind}"))
        body += [_line(news, alert, context, formats) for alert in group[:MAX_PLACES]]
        if len(group) > MAX_PLACES:
            body.append(say(lang, "alerts_more", number=len(group) - MAX_PLACES))
        body.append("")
    body.append(say(lang, "alerts_see", link=context.link))
    return _title(news, kinds, alerts, context, formats), "\n".join(body)


def detail_of(alert: Alert, formats: Formats) -> str:
    """Return further details of an alert as text; empty if there are none."""
    key = f"alerts_detail_{alert.kind}"
    return say(formats.lang, key, detail=alert.detail) if alert.detail and key in PHRASES else ""


def place_of(alert: Alert, names: Mapping[str, str], formats: Formats) -> str:
    """Return school and gate of an alert; for a card only the school."""
    if alert.unit_id is None:
        return f"{say(formats.lang, 'alerts_server')} ({alert.subject})"
    name = names.get(alert.unit_id, alert.unit_id)
    return name if alert.kind == AlertKind.SHARED_CARD else f"{name} ({alert.subject})"


def _title(
    news: News,
    kinds: Sequence[AlertKind],
    alerts: Sequence[Alert],
    context: MessageContext,
    formats: Formats,
) -> str:
    lang, number = formats.lang, len(alerts)
    if len(kinds) > 1:
        key = "alerts_title_mixed" if news == "raised" else "alerts_title_over_mixed"
        return say(lang, key, number=number)
    what = say(lang, f"alerts_{kinds[0]}")
    if number == 1:
        title = say(
            lang, "alerts_title_one", what=what, where=place_of(alerts[0], context.names, formats)
        )
    else:
        title = say(lang, "alerts_title_many", what=what, number=number)
    return title if news == "raised" else say(lang, "alerts_title_over", title=title)


def _line(news: News, alert: Alert, context: MessageContext, formats: Formats) -> str:
    place = place_of(alert, context.names, formats)
    time = formats.moment(alert.since_ms, context.today)
    if news == "resolved" and alert.resolved_ms is not None:
        until = formats.moment(alert.resolved_ms, context.today)
        return say(formats.lang, "alerts_line_over", where=place, time=time, until=until)
    detail = detail_of(alert, formats)
    rest = f", {detail}" if detail else ""
    return say(formats.lang, "alerts_line", where=place, time=time, detail=rest)


def _is_one_failure(silent: int, gates: int) -> bool:
    return silent >= MANY_GATES and 2 * silent >= gates
