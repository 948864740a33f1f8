"""Settings: every fault at once, in plain words, before anything starts."""

from pathlib import Path

import pytest

from webapp.config import Settings, SettingsFault, is_loopback, unknown_settings
from webapp.keys import ensure_key_file

KEY = "1:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def faults(**given: object) -> list[str]:
    with pytest.raises(SettingsFault) as fault:
        Settings.load(**{"secret_key": KEY, **given})
    return fault.value.faults


def test_all_faults_are_reported_together_each_with_its_name() -> None:
    found = faults(
        port=70000,
        public_url="news.example.com",
        smtp_url="mail.example.com:25",
        database_url="mysql://x",
        secret_key="1:short",
        mail_from="Firm <a@b.example>",
        lease_seconds=0,
    )

    assert {sentence.split(":")[0] for sentence in found} == {
        "PORT",
        "PUBLIC_URL",
        "SMTP_URL",
        "DATABASE_URL",
        "SECRET_KEY",
        "MAIL_FROM",
        "LEASE_SECONDS",
    }


def test_a_fault_never_repeats_a_secret() -> None:
    found = faults(secret_key="1:hunter2", smtp_url="ftp://user:hunter2@mail.example")

    assert len(found) == 2
    assert "hunter2" not in "".join(found)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000", "http://a.localhost"]
)
def test_plain_http_and_the_demo_inbox_are_for_this_machine(url: str) -> None:
    settings = Settings.load(secret_key=KEY, public_url=url, mail_transport="inbox")

    assert settings.is_https is False


@pytest.mark.parametrize("url", ["http://news.example.com", "http://192.168.1.5:8000", "http://127.0.0.1.example.com"])
def test_plain_http_on_a_public_address_is_refused(url: str) -> None:
    assert faults(public_url=url) == ["PUBLIC_URL: must start with https:// unless it is this machine's own address"]


@pytest.mark.parametrize(
    "url",
    ["", "news.example.com", "ftp://a.example", "https://a.example/x", "https://a.example?x=1", "https://u@a.example"],
)
def test_a_public_address_is_a_bare_origin(url: str) -> None:
    assert len(faults(public_url=url)) == 1


def test_the_demo_inbox_cannot_be_reached_from_outside() -> None:
    (found,) = faults(public_url="https://news.example.com", mail_transport="inbox")

    assert "MAIL_TRANSPORT=inbox" in found


def test_dkim_domain_and_key_belong_together() -> None:
    assert "DKIM_KEY_FILE" in faults(dkim_domain="example.com")[0]


@pytest.mark.parametrize("key", ["1:changeme-changeme-changeme-changeme", "1:" + "a" * 64, "not numbered"])
def test_weak_keys_are_refused(key: str) -> None:
    assert faults(secret_key=key)[0].startswith("SECRET_KEY:")


def test_without_a_key_the_key_file_is_read(tmp_path: Path) -> None:
    missing = faults(secret_key="", milepost_home=tmp_path)
    ensure_key_file(tmp_path / "keys" / "secret.key")

    settings = Settings.load(milepost_home=tmp_path)

    assert missing[0].startswith(f"There is no data at {tmp_path} yet")
    assert settings.keyring.current == 1


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("PUBLIC_URL", "https://news.example.com/")
    monkeypatch.setenv("PORT", "8100")

    settings = Settings.load()

    assert (settings.public_url, settings.port, settings.is_https) == ("https://news.example.com", 8100, True)
    assert settings.sender == "milepost@news.example.com"


def test_a_name_that_looks_like_ours_and_is_not_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_HOME", "/tmp")
    monkeypatch.setenv("MILEPOST_HOEM", "/tmp")

    assert unknown_settings() == ["MILEPOST_HOEM"]


def test_printing_settings_shows_no_secret() -> None:
    settings = Settings.load(secret_key=KEY, smtp_url="smtps://user:hunter2@mail.example:465")

    assert "hunter2" not in repr(settings)
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.8.0.1", True), ("::1", True), ("0.0.0.0", False), ("localhost.example", False)],
)
def test_which_hosts_are_this_machine(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_names_beyond_ascii_are_kept_as_mail_and_web_write_them() -> None:
    settings = Settings.load(
        secret_key=KEY,
        public_url="https://новости.example:8443",
        mail_from="news@фирма.example",
        mail_return_path="bounces@фирма.example",
        dkim_domain="фирма.example",
        dkim_key_file=__file__,
    )

    assert settings.public_url == "https://xn--b1amnebsh.example:8443"
    assert settings.public_host == "xn--b1amnebsh.example"
    assert settings.sender == "news@xn--80apmps.example"
    assert settings.mail_return_path == "bounces@xn--80apmps.example"
    assert settings.dkim_domain == "xn--80apmps.example"


@pytest.mark.parametrize("name", ["mail_from", "mail_return_path"])
@pytest.mark.parametrize(
    "address",
    ["новости@firm.example", "news", "a@b@firm.example", "news@firm .example", "news@фи рма.example", "@x.ma"],
)
def test_a_sender_is_one_address_in_latin_letters(name: str, address: str) -> None:
    (found,) = faults(**{name: address})

    assert found.startswith(name.upper())


def test_a_return_path_leaves_room_for_its_token() -> None:
    assert Settings.load(secret_key=KEY, mail_return_path=f"{'b' * 37}@firm.example")
    (found,) = faults(mail_return_path=f"{'b' * 38}@firm.example")

    assert found.startswith("MAIL_RETURN_PATH: must have at most 37")


def test_a_public_address_that_is_no_name_is_refused() -> None:
    assert faults(public_url="https://-новости-.example") == ["PUBLIC_URL: is not a domain name"]


@pytest.mark.parametrize("url", ["postgresql://h:abc/x", "postgresql://[::1/x"])
def test_a_database_address_that_cannot_be_read_is_said_in_a_sentence(url: str) -> None:
    assert faults(database_url=url) == ["DATABASE_URL: is not a valid database address"]
