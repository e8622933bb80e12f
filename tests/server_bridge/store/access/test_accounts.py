"""Test accounts and sessions in both databases."""

import pytest

from gate_contract.errors import SchoolgateError
from server_bridge.access.passwords import verify_password
from server_bridge.access.roles import Permission, Role
from server_bridge.store.access import accounts
from server_bridge.store.access.access_log import log_entries
from server_bridge.store.database import Database
from tests.builders.intake import NOW_MS
from tests.builders.school import COMMUNE, OTHER_SCHOOL, SCHOOL

PASSWORD = "four random words here"  # noqa: S105 (of a synthetic account)


def test_an_account_from_the_first_grant_to_the_end(database: Database) -> None:
    with database.write() as connection:
        lan = accounts.add_account(connection, "lan", NOW_MS, password=PASSWORD)
        accounts.grant(connection, lan, Role.OFFICE, SCHOOL)
        accounts.grant(connection, lan, Role.OFFICE, SCHOOL)  # repeating it has no effect
        accounts.grant(connection, lan, Role.VIEWER, COMMUNE)
        token = accounts.begin_session(connection, lan, NOW_MS)
        accounts.note_access(connection, lan, "sign_in", NOW_MS, unit_id=SCHOOL, detail="x" * 999)
        with pytest.raises(SchoolgateError, match="already"):
            accounts.add_account(connection, "lan", NOW_MS, password=PASSWORD)
        with pytest.raises(SchoolgateError, match="no unit"):
            accounts.grant(connection, lan, Role.VIEWER, "nowhere")
    with database.read() as connection:
        assert accounts.any_account(connection)
        number, kept = accounts.password_of(connection, "lan")
        assert number == lan
        assert verify_password(PASSWORD, kept)
        assert not verify_password(PASSWORD + "!", kept)
        found = accounts.session_viewer(connection, token, NOW_MS)
        assert found is not None
        viewer, stale = found
        assert viewer.where(Permission.PEOPLE) == {SCHOOL}
        assert viewer.where(Permission.COUNTS) == {SCHOOL, OTHER_SCHOOL, COMMUNE}
        assert not stale
        assert accounts.session_viewer(connection, token + "x", NOW_MS) is None
        (entry,) = log_entries(connection, unit_id=SCHOOL, count=9)
        assert (entry.name, entry.action, len(entry.detail)) == ("lan", "sign_in", 300)
    with database.write() as connection:
        accounts.ungrant(connection, lan, Role.OFFICE, SCHOOL)
        accounts.note_failure(connection, "lan", "10.0.0.1", NOW_MS)
        for _ in range(5):
            accounts.note_failure(connection, "lan", "10.0.0.1", NOW_MS)
        assert accounts.sign_in_wait_ms(connection, "lan", "10.0.0.2", NOW_MS) == 2_000
        assert accounts.sign_in_wait_ms(connection, "other", "10.0.0.1", NOW_MS) == 0
    with database.read() as connection:
        (lan_now,) = accounts.all_accounts(connection)
        assert [held.role for held in lan_now.grants] == [Role.VIEWER]
    with database.write() as connection:
        accounts.disable(connection, lan)
    with database.read() as connection:
        assert accounts.session_viewer(connection, token, NOW_MS) is None
        assert accounts.password_of(connection, "lan") == (None, None)


def test_by_an_openid_subject_there_is_no_password(database: Database) -> None:
    with database.write() as connection:
        hoa = accounts.add_account(connection, "hoa", NOW_MS, subject="abc")
        found = accounts.account_of_subject(connection, "abc")
        assert found is not None
        assert found.account == hoa
        assert accounts.account_of_subject(connection, "abd") is None
        assert accounts.password_of(connection, "hoa") == (None, None)
        for short in ("", "123456789", "x" * 201):
            with pytest.raises(SchoolgateError, match="characters"):
                accounts.set_password(connection, hoa, short)
