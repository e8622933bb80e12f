"""Every table of the district, known to one `metadata`: for migrations and for tests."""

from server_bridge.store.access import schema as access
from server_bridge.store.alerts import schema as alerts
from server_bridge.store.crossings import schema as crossings
from server_bridge.store.gates import schema as gates
from server_bridge.store.people import schema as people
from server_bridge.store.reports import schema as reports
from server_bridge.store.schema import metadata
from server_bridge.store.school import schema as school

SCHEMAS = (access, alerts, crossings, gates, people, reports, school)
__all__ = ["SCHEMAS", "metadata"]
