"""Every setting, typed and described in one place; all faults are reported together, before anything starts."""

import ipaddress
import os
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from emails.message import BadAddress, check_address
from emails.policy import is_address
from webapp.keys import Keyring, KeyringFault

ROOT = Path(__file__).resolve().parents[1]
# A local part has 64 octets (RFC 5321 4.5.3.1.1): the name, a mark, and 26 letters of token.
RETURN_PATH_NAME_MAXIMUM = 37


class MailTransport(StrEnum):
    """The ways mails can leave; `workers.ways_out` opens each."""

    SMTP = "smtp"
    INBOX = "inbox"

    @property
    def stays_here(self) -> bool:
        """Whether mails never leave this machine."""
        return self is MailTransport.INBOX


class SettingsFault(Exception):
    """One or more settings are wrong; `faults` holds a plain sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseSettings):
    """Read once at the edge (`Settings.load`) and passed down; nothing else reads the environment."""

    model_config = SettingsConfigDict(
        env_prefix="", extra="ignore", frozen=True, hide_input_in_errors=True, validate_default=True
    )

    database_url: str = Field("", description="SQLAlchemy URL; empty: a SQLite file in MILEPOST_HOME")
    redis_url: str = Field("", description="Redis or Valkey; empty: demo and run start their own")
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465"
    )
    smtp_cafile: Path | None = Field(None, description="a root certificate of your own for the mail server")
    mail_transport: MailTransport = Field(MailTransport.SMTP, description="smtp, or inbox for the demo's own inbox")
    mail_from: str = Field("", description="the address mails come from; empty: milepost@ the host of PUBLIC_URL")
    mail_return_path: str = Field(
        "", description="where mails come back to, with a token behind the name; empty: to MAIL_FROM, unread"
    )
    public_url: str = Field("http://127.0.0.1:8000", description="where people reach this installation")
    secret_key: SecretStr = Field(
        SecretStr(""), description="number:key,number:key; the first signs, all verify; at least 32 characters each"
    )
    milepost_home: Path = Field(
        Path(".milepost/firm"), description="folder for the database, the key file and the inbox; seen from the clone"
    )
    port: int = Field(8000, ge=1, le=65535, description="port the web server listens on")
    host: str = Field("127.0.0.1", description="address the web server listens on")
    dkim_domain: str = Field("", description="signing domain; empty: mails are not signed by Milepost")
    dkim_selector: str = Field("milepost", description="DKIM selector")
    dkim_key_file: Path | None = Field(None, description="private key in PEM for DKIM")
    forwarded_hops: int = Field(0, ge=0, le=5, description="number of trusted proxies in front of the web server")
    link_days_after_close: int = Field(90, ge=1, description="days a client's page lives after its work is closed")
    tick_seconds: float = Field(2.0, gt=0, description="how often the clock looks")
    lease_seconds: float = Field(120.0, gt=0, description="how long a worker may hold a mail it has not begun to send")
    unknown_after_seconds: float = Field(540.0, gt=0, description="age at which a mail in transmission becomes unknown")
    smtp_answer_seconds: float = Field(600.0, gt=0, description="wait for the server's answer after the final dot")
    drain_seconds: float = Field(30.0, gt=0, description="time budget of one delivery job")
    bell_grace_seconds: float = Field(30.0, gt=0, description="time without the queue until mail flows without it")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="who sends it as a bearer token may read /metrics; empty: this machine only"
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("public_url")
    @classmethod
    def _public_url_is_a_plain_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be a full address such as https://news.example.com")
        if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            raise ValueError("must be a bare address without path, query or user")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("must start with https:// unless it is this machine's own address")
        if parts.netloc.isascii():
            return f"{parts.scheme}://{parts.netloc}"
        host, colon, port = parts.netloc.partition(":")
        return f"{parts.scheme}://{_ascii_domain(host)}{colon}{port}"

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        try:
            make_url(value or "sqlite://")
        except (ArgumentError, ValueError):
            raise ValueError("is not a valid database address") from None
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url_is_known(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and (urlsplit(url).scheme not in {"smtp", "smtps"} or not urlsplit(url).hostname):
            raise ValueError("must look like smtp://user:password@host:587 or smtps://user:password@host:465")
        return value

    @field_validator("milepost_home", mode="after")
    @classmethod
    def _home_is_one_folder(cls, value: Path) -> Path:
        # Seen from the clone, not from where a command happens to be called: all commands mean the same folder.
        return ROOT / value.expanduser()

    @field_validator("smtp_cafile", "dkim_key_file")
    @classmethod
    def _file_is_there(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @field_validator("mail_from", "mail_return_path")
    @classmethod
    def _sender_is_an_address(cls, value: str) -> str:
        if not value or (value.isascii() and is_address(value)):
            return value
        local, _, domain = value.rpartition("@")
        address = f"{local}@{_ascii_domain(domain)}"
        if not address.isascii() or not is_address(address):
            raise ValueError("must be one bare address such as news@example.com, in Latin letters before the @")
        return address

    @field_validator("mail_return_path")
    @classmethod
    def _return_path_leaves_room_for_a_token(cls, value: str) -> str:
        if len(value.rpartition("@")[0]) > RETURN_PATH_NAME_MAXIMUM:
            raise ValueError(f"must have at most {RETURN_PATH_NAME_MAXIMUM} letters before the @: a token follows them")
        return value

    @field_validator("dkim_domain")
    @classmethod
    def _dkim_domain_is_ascii(cls, value: str) -> str:
        return value if value.isascii() else _ascii_domain(value)

    @field_validator("secret_key")
    @classmethod
    def _keys_are_strong(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            try:
                Keyring.parse(value.get_secret_value())
            except KeyringFault as fault:
                raise ValueError(str(fault)) from None
        return value

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        if self.mail_transport.stays_here and not is_loopback(self.public_host):
            raise ValueError(
                f"MAIL_TRANSPORT={self.mail_transport} keeps every mail on this machine and cannot be used with a "
                "public PUBLIC_URL"
            )
        if bool(self.dkim_domain) != bool(self.dkim_key_file):
            raise ValueError("DKIM_DOMAIN and DKIM_KEY_FILE belong together: set both or none")
        return self

    @classmethod
    def load(cls, **overrides: object) -> "Settings":
        """The settings of this process; raises SettingsFault with every fault at once."""
        try:
            settings = cls(**overrides)  # type: ignore[arg-type]
        except ValidationError as error:
            raise SettingsFault([_sentence(dict(fault)) for fault in error.errors()]) from None
        if settings.secret_key.get_secret_value():
            return settings
        return cls.load(**{**overrides, "secret_key": settings._kept_key()})

    def _kept_key(self) -> str:
        """The key in the data folder. Raises SettingsFault where there is none that can be read."""
        try:
            key = self.key_file.read_text().strip()
        except FileNotFoundError:
            raise SettingsFault(
                [f"There is no data at {self.milepost_home} yet: start `milepost run` first, or set MILEPOST_HOME."]
            ) from None
        except (OSError, ValueError) as fault:
            why = getattr(fault, "strerror", None) or "it is not a text"
            raise SettingsFault([f"The key file {self.key_file} cannot be read: {why}."]) from None
        if not key:
            raise SettingsFault([f"The key file {self.key_file} is empty: put the one from your backup in its place."])
        return key

    @property
    def keyring(self) -> Keyring:
        return Keyring.parse(self.secret_key.get_secret_value())

    @property
    def key_file(self) -> Path:
        return self.milepost_home / "keys" / "secret.key"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{(self.milepost_home / 'milepost.db').absolute()}"

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def missing_for_mail(self) -> str:
        """The setting without which MAIL_TRANSPORT can take no mail out; empty where nothing is missing."""
        needed = {MailTransport.SMTP: "smtp_url"}.get(self.mail_transport)
        return needed.upper() if needed and not getattr(self, needed).get_secret_value() else ""

    @property
    def inbox_folder(self) -> Path:
        return self.milepost_home / "inbox"

    @property
    def sender(self) -> str:
        host = "milepost.example" if is_loopback(self.public_host) else self.public_host
        return self.mail_from or f"milepost@{host}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its own name or address (RFC 6761 6.3); no name is looked up."""
    if f".{host.lower()}".endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _ascii_domain(domain: str) -> str:
    """The domain as mail and the web's programs write it (IDNA)."""
    try:
        return check_address(f"x@{domain}").partition("@")[2]
    except BadAddress:
        raise ValueError("is not a domain name") from None


def unknown_settings() -> list[str]:
    """Names in the environment that look like ours but are not, so that a typing error is seen."""
    known = {name.upper() for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith("MILEPOST_") and name not in known)


def _sentence(fault: dict[str, object]) -> str:
    where = fault.get("loc") or ()
    name = str(where[0]).upper() if isinstance(where, tuple) and where else ""
    said = str(fault["msg"]).removeprefix("Value error, ")
    return f"{name}: {said}" if name else said
