"""Sign-in at an OpenID provider: a real server, and a provider that signs real tokens."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from server_bridge.access.openid import OpenIdSignIn
from server_bridge.access.provider import OpenIdProvider
from server_bridge.access.roles import Role
from server_bridge.access.throttle import FORGET_AFTER_MS, FREE_ATTEMPTS
from server_bridge.home import HomeError, open_home
from server_bridge.http.binding import make_binding
from server_bridge.settings import OpenIdSettings, Settings
from server_bridge.store.access.access_log import log_entries
from server_bridge.store.access.accounts import (
    add_account,
    all_accounts,
    disable,
    find_account,
    grant,
    note_failure,
)
from server_bridge.web.site import openid_provider
from tests.builders.intake import NOW_MS
from tests.builders.school import SCHOOL
from tests.builders.shell import Shell
from tests.fakes.openid import CLIENT, SECRET, FakeProvider, Fault, providing
from tests.fakes.patience import PATIENCE_S
from tests.fakes.site import Site, running

LAN, LAN_SUBJECT = "Lan", "person-1"


@pytest.fixture(scope="module")
def fake_provider() -> Iterator[FakeProvider]:
    clock = [NOW_MS]
    with providing(lambda: clock[0] // 1_000) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, fake_provider: FakeProvider) -> Iterator[Site]:
    sign_in = OpenIdSignIn(OpenIdProvider(fake_provider.issuer, CLIENT, SECRET), "tài khoản ngành")
    folder = tmp_path_factory.mktemp("site")
    with running(folder, NOW_MS, accounts=False, openid=sign_in) as made:
        with made.database.write() as connection:
            number = add_account(connection, LAN, NOW_MS, subject=LAN_SUBJECT)
            grant(connection, number, Role.OFFICE, SCHOOL)
        fake_provider.back = f"{made.url}sign-in/openid/callback"
        yield made
    sign_in.provider.close()


@pytest.fixture
def site(shared: Site, fake_provider: FakeProvider) -> Site:
    """Reset the failed attempts and the provider's faults for each test."""
    shared.clock.ms += FORGET_AFTER_MS
    fake_provider.now_s = lambda: shared.clock.ms // 1_000
    fake_provider.fault, fake_provider.person = "", {"sub": LAN_SUBJECT}
    return shared


def come_back(browser: httpx.Client, following: str = "/") -> httpx.Response:
    """Go to the provider and back; return the site's response to the callback."""
    answer = browser.get("/sign-in/openid", params={"next": following})
    assert answer.status_code == 303, answer.text
    with httpx.Client(trust_env=False, timeout=PATIENCE_S) as outside:
        returned = outside.get(answer.headers["location"])
    return browser.get(returned.headers["location"])


def is_signed_in(browser: httpx.Client) -> bool:
    return browser.get("/").status_code == 200


def test_somebody_known_is_signed_in_and_led_on(site: Site) -> None:
    browser = site.browser()
    assert 'href="/sign-in/openid?next=%2F"' in browser.get("/sign-in").text
    answer = come_back(browser, f"/units/{SCHOOL}?x=1&y=2")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/units/{SCHOOL}?x=1&y=2")
    assert f'<span class="account">{LAN}</span>' in browser.get("/").text
    assert not [name for name in browser.cookies if "openid" in name]
    with site.database.read() as connection:
        newest = log_entries(connection, count=1)[0]
    assert (newest.name, newest.action, newest.detail) == (LAN, "sign_in", "openid")


def test_a_page_too_long_to_carry_is_given_up(site: Site) -> None:
    assert come_back(site.browser(), "/" + "x" * 5_000).headers["location"] == "/"


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "Đăng nhập bằng tài khoản ngành"), ("en", "Sign in with tài khoản")]
)
def test_the_button_is_in_both_languages(site: Site, lang: str, words: str) -> None:
    assert words in site.browser().get(f"/sign-in?lang={lang}").text


def test_without_a_provider_there_is_no_button(tmp_path: Path) -> None:
    with running(tmp_path, NOW_MS, accounts=False) as plain:
        assert "openid" not in plain.browser().get("/sign-in").text
        assert plain.browser().get("/sign-in/openid").status_code == 404


@pytest.mark.parametrize(
    "fault",
    [
        "wrong_nonce",
        "no_nonce",
        "wrong_issuer",
        "wrong_audience",
        "expired",
        "foreign_key",
        "secret_as_key",
        "unsigned",
    ],
)
def test_a_token_that_is_not_right_lets_nobody_in(
    site: Site, fake_provider: FakeProvider, fault: Fault
) -> None:
    fake_provider.fault = fault
    browser = site.browser()
    answer = come_back(browser)
    assert answer.status_code == 403
    assert "không thể tin" in answer.text.lower()
    assert not is_signed_in(browser)


def test_whoever_declines_may_try_again(site: Site, fake_provider: FakeProvider) -> None:
    fake_provider.fault = "declined"
    browser = site.browser()
    assert "The provider declined" in come_back(english(browser)).text
    fake_provider.fault = ""
    come_back(browser)
    assert is_signed_in(browser)


def test_an_unknown_person_is_told_what_to_send_to_whom(
    site: Site, fake_provider: FakeProvider
) -> None:
    fake_provider.person = {"sub": 'so <b>me"one'}
    browser = english(site.browser())
    answer = come_back(browser)
    assert answer.status_code == 403
    assert "no account for “so &lt;b&gt;me&#34;one”" in answer.text
    assert not is_signed_in(browser)


def test_a_disabled_account_stays_out(site: Site) -> None:
    with site.database.write() as connection:
        disable(connection, find_account(connection, LAN).account)
    browser = english(site.browser())
    assert "This account is disabled" in come_back(browser).text
    assert not is_signed_in(browser)
    with site.database.write() as connection:
        disable(connection, find_account(connection, LAN).account, disabled=False)


def test_a_way_back_is_good_for_one_browser_and_once(
    site: Site, fake_provider: FakeProvider
) -> None:
    browser, thief = site.browser(), site.browser()
    assert thief.get("/sign-in/openid").status_code == 303
    answer = browser.get("/sign-in/openid")
    with httpx.Client(trust_env=False, timeout=PATIENCE_S) as outside:
        way_back = outside.get(answer.headers["location"]).headers["location"]
    for other in (site.browser(), thief):
        assert other.get(way_back).status_code == 400
        assert not is_signed_in(other)
    assert browser.get(way_back.replace("iss=", "iss=x")).status_code == 403
    assert browser.get(way_back).status_code == 400


def test_guessing_is_slowed_down_by_address(site: Site, fake_provider: FakeProvider) -> None:
    with site.database.write() as connection:
        for _ in range(FREE_ATTEMPTS["address"] - 1):
            note_failure(connection, None, "127.0.0.1", site.clock.ms)
    fake_provider.person = {"sub": "nobody"}
    browser = site.browser()
    assert come_back(browser).status_code == 403
    fake_provider.person = {"sub": LAN_SUBJECT}
    assert come_back(browser).status_code == 429


def test_new_keys_of_the_provider_are_learnt(site: Site, fake_provider: FakeProvider) -> None:
    assert come_back(site.browser()).status_code == 303
    fake_provider.rotate()
    assert come_back(site.browser()).status_code == 303
    assert fake_provider.asked.count("/keys") <= 30


@pytest.mark.parametrize(("fault", "status"), [("broken", 503), ("another_issuer", 403)])
def test_a_provider_that_cannot_be_asked(
    fake_provider: FakeProvider, tmp_path: Path, fault: Fault, status: int
) -> None:
    fake_provider.fault = fault
    sign_in = OpenIdSignIn(OpenIdProvider(fake_provider.issuer, CLIENT, SECRET), "x")
    with running(tmp_path, NOW_MS, accounts=False, openid=sign_in) as site:
        answer = site.browser().get("/sign-in/openid")
        assert answer.status_code == status
        assert 'name="password"' in answer.text
    sign_in.provider.close()
    fake_provider.fault = ""


def test_accounts_by_address_and_by_themselves(fake_provider: FakeProvider, tmp_path: Path) -> None:
    sign_in = OpenIdSignIn(
        OpenIdProvider(fake_provider.issuer, CLIENT, SECRET), "x", "email", new_accounts=True
    )
    with running(tmp_path, NOW_MS, accounts=False, openid=sign_in) as site:
        fake_provider.now_s = lambda: NOW_MS // 1_000
        fake_provider.back = f"{site.url}sign-in/openid/callback"
        with site.database.write() as connection:
            add_account(connection, LAN, NOW_MS, subject="Lan@THCS.example.vn")
        browser = site.browser()
        for verified in ({}, {"email_verified": False}, {"email_verified": "true"}):
            fake_provider.person = {"sub": "1", "email": "lan@thcs.example.vn", **verified}
            assert "email" in come_back(browser).text
            assert not is_signed_in(browser)
        fake_provider.person = {"sub": "1", "email": "lan@thcs.example.vn", "email_verified": True}
        come_back(browser)
        assert f'<span class="account">{LAN}</span>' in browser.get("/").text
        fake_provider.person = {"sub": "2", "email": "new@thcs.example.vn", "email_verified": True}
        newcomer = site.browser()
        come_back(newcomer)
        assert newcomer.get(f"/units/{SCHOOL}").status_code == 404
        with site.database.read() as connection:
            made = {one.name: one.grants for one in all_accounts(connection)}
        assert made == {LAN: (), "new@thcs.example.vn": ()}
    sign_in.provider.close()


def test_settings_that_cannot_be_meant_name_the_remedy(tmp_path: Path) -> None:
    Shell(tmp_path).type("init")
    home, where = open_home(tmp_path), make_binding("127.0.0.1", 0)
    assert openid_provider(home, where) is None
    issuer = "https://id.example.vn"
    for openid, remedy in [
        (OpenIdSettings(issuer="http://id.example.vn", client_id="x"), "https://"),
        (OpenIdSettings(issuer=issuer), "register this server"),
        (
            OpenIdSettings(issuer=issuer, client_id="x", secret_file="no"),  # noqa: S106 (a path)
            "write the client's secret",
        ),
    ]:
        with pytest.raises(HomeError, match=remedy):
            openid_provider(replace(home, settings=Settings(openid=openid)), where)
    (tmp_path / "secret").write_text("s\n")
    openid = OpenIdSettings(issuer=issuer, client_id="x", secret_file="secret", name="Sở")  # noqa: S106 (a path)
    sign_in = openid_provider(replace(home, settings=Settings(openid=openid)), where)
    assert sign_in is not None
    assert (sign_in.name, sign_in.provider.issuer, sign_in.scope) == ("Sở", issuer, "openid")
    sign_in.provider.close()


def test_an_account_gets_a_subject_by_command(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    shell.type("init")
    shell.type("unit", "add", "thcs-x", "--name", "Trường X")
    for name in ("Lan", "Hoa"):
        role = ("--role", "office", "--unit", "thcs-x", "--password-stdin")
        shell.type("account", "add", name, *role, answer="four random words are good\n")
    assert shell.type("account", "subject", "Lan", "abc") == "Lan: signs in as abc\n"
    with pytest.raises(Exception, match="of the account Lan already"):
        shell.type("account", "subject", "Hoa", "abc")
    shell.type("account", "subject", "Lan", "--undo")
    shell.type("account", "subject", "Hoa", "abc")


def english(browser: httpx.Client) -> httpx.Client:
    browser.get("/sign-in?lang=en")
    return browser
