"""Every table of the district, known to one `metadata`: for migrations and for tests."""

from server_bridge.store.schema import access as access
from server_bridge.store.schema import alerts as alerts
from server_bridge.store.schema import crossings as crossings
from server_bridge.store.schema import gates as gates
from server_bridge.store.schema import people as people
from server_bridge.store.schema import reports as reports
from server_bridge.store.schema import school as school
from server_bridge.store.schema.base import metadata

SCHEMAS = (access, alerts, crossings, gates, people, reports, school)
__all__ = ["SCHEMAS", "metadata"]
