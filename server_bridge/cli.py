"""The `gate-bridge` command."""

import logging
import sys

import click
import structlog

from gate_contract.errors import SchoolgateError
from gate_contract.version import VERSION
from server_bridge.command import (
    accounts,
    alerts,
    areas,
    audit,
    card_changes,
    cards,
    collecting,
    fleet,  # noqa: F401 (adds its commands to gate_group)
    gates,
    levels,
    lists,
    people,
    report_requests,  # noqa: F401 (adds its commands to report_group)
    reports,
    running,
    setup,
    submitting,  # noqa: F401 (as collecting)
    tokens,
    updating,  # noqa: F401 (as fleet)
    visitors,
)


def main() -> None:
    """Run the command; report an error of ours in one line, without a traceback."""
    try:
        gate_bridge()
    except SchoolgateError as error:
        sys.exit(f"gate-bridge: {error}")


@click.group()
@click.version_option(VERSION)
def gate_bridge() -> None:
    """Schoolgate's district server: take in crossings, count people, show and print."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)


for command in (
    setup.init,
    setup.config_group,
    setup.broker_config,
    setup.unit_group,
    gates.gate_group,
    setup.guide,
    setup.viewer_group,
    areas.area_group,
    people.roster_group,
    cards.card_group,
    accounts.account_group,
    tokens.token_group,
    tokens.print_openapi,
    tokens.print_dashboard,
    levels.level_group,
    lists.list_school,
    collecting.collection_group,
    visitors.visitor_group,
    alerts.alert_group,
    reports.report_group,
    running.counts,
    running.ledger_group,
    audit.audit,
    audit.audit_check,
    running.serve_all,
    running.serve_ingest,
    running.serve_web,
):
    gate_bridge.add_command(command)

for change in (
    card_changes.card_reissue,
    card_changes.card_revoke,
    card_changes.card_day_pass,
    card_changes.card_visitor,
    card_changes.photo_group,
):
    cards.card_group.add_command(change)
