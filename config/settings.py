"""What an operator can turn, and what each value may be; frozen.

Whether values make sense together is for `config.sense`, where they come from for
`config.reading`. Nothing below `config` ever sees these objects.
"""

import os
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyAddress,
    SecretStr,
    StringConstraints,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from visitation.retention import BOUNDS, Kept
from visitation.wording import Template
from visitation.words import Channel, Role

PREFIX = "VISITATION__"


def _split(given: Any) -> Any:
    """Take a list from a variable, where it is written with commas."""
    if not isinstance(given, str):
        return given
    return tuple(part.strip() for part in given.split(",") if part.strip())


Several = BeforeValidator(_split)
Port = Annotated[int, Field(ge=1, le=65535)]
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
TurnUrl = Annotated[str, Field(pattern=r"^turns?:[^\s]+$")]
#: Paths are joined to it, each with its own slash.
Origin = Annotated[Text, AfterValidator(lambda text: text.rstrip("/"))]
PerSecond = Annotated[float, Field(gt=0, le=1000)]
#: A number of a line, or an id: often written as one, and kept as text.
Number = Annotated[Text, Field(coerce_numbers_to_str=True)]
#: Stored with each message that it took.
GatewayName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
#: Written beside every recording whose key it wraps.
KeyId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
#: As ISO 3166 writes it.
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Level = Literal["debug", "info", "warning", "error"]


def _cores() -> int:
    """The cores that this process may use, which may be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _with_secrets_read(given: dict[str, Any]) -> dict[str, Any]:
    """Let `password_file` stand for `password`, as container secrets need."""
    read = dict(given)
    for name in ("secret", "password", "auth_token", "key", "callback_secret"):
        file = read.get(f"{name}_file")
        if not file:
            continue
        try:
            read[name] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "this is not text"
            raise ValueError(f"{name}_file: {file}: {reason}") from None
    return read


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, given: Any) -> Any:
        return _with_secrets_read(given) if isinstance(given, dict) else given


class DatabaseSection(_Section):
    """Where the data is kept."""

    url: Text = "sqlite:///data/visitation.db"
    password: SecretStr | None = None
    password_file: Path | None = None


class WebSection(_Section):
    """How people reach the pages."""

    host: Text = "127.0.0.1"
    port: Port = 8080
    public_url: Origin = "http://localhost:8080"
    allowed_hosts: Annotated[tuple[str, ...], Several] = ()
    behind_proxy: bool = False
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    require_totp: Annotated[tuple[Role, ...], Several] = (Role.ADMINISTRATOR,)
    default_language: Literal["fa", "en"] = "fa"
    help_phone: Text = ""
    session_idle_minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 60
    session_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 12


class MediaSection(_Section):
    """Where sound and picture arrive."""

    bind: Text = "0.0.0.0"  # noqa: S104 - media must be reached from outside
    udp_port: Port = 50000
    workers: Annotated[int, Field(ge=0, le=64)] | None = None
    public_addresses: Annotated[tuple[IPvAnyAddress, ...], Several] = ()

    @property
    def processes(self) -> int:
        """Processes that forward; 0 if the service's own does."""
        return _cores() if self.workers is None else self.workers

    @property
    def ports(self) -> range:
        """The UDP ports of all of them."""
        return range(self.udp_port, self.udp_port + max(1, self.processes))


class TurnSection(_Section):
    """The relay for clients whose network blocks UDP."""

    urls: Annotated[tuple[TurnUrl, ...], Several] = ()
    relay_addresses: Annotated[tuple[IPvAnyAddress, ...], Several] = ()
    secret: SecretStr | None = None
    secret_file: Path | None = None


class TwilioSection(_Section):
    """The account at Twilio."""

    account_sid: Text = ""
    auth_token: SecretStr | None = None
    auth_token_file: Path | None = None
    messaging_service_sid: Text = ""
    from_number: Text = ""
    validity_seconds: Annotated[int, Field(ge=5, le=36_000)] = 14_400
    per_second: PerSecond = 10.0


class PatternSection(_Section):
    """An approved pattern at a provider: ours by template and language."""

    id: Number
    variables: Annotated[tuple[str, ...], Several] = ()


class HttpSection(_Section):
    """An account at a provider that a description fits."""

    description: Text = ""
    origin: Origin = ""
    key: SecretStr | None = None
    key_file: Path | None = None
    sender: Number = ""
    channels: Annotated[tuple[Channel, ...], Several] | None = None
    per_second: PerSecond | None = None
    callback: bool = False
    callback_secret: SecretStr | None = None
    callback_secret_file: Path | None = None
    patterns: dict[Template, dict[str, PatternSection]] = {}


class SignInSection(_Section):
    """Codes by which families sign in with their phone."""

    countries: Annotated[tuple[Country, ...], Several] = ("IR",)
    per_hour: Annotated[int, Field(ge=0)] = 2000
    per_hour_and_prefix: Annotated[int, Field(ge=0)] = 1000
    per_hour_and_address: Annotated[int, Field(ge=1)] = 1000
    numbers_per_address: Annotated[int, Field(ge=1)] = 1000


class SmsSection(_Section):
    """How messages leave: the first gateway that lives takes them."""

    gateways: Annotated[tuple[GatewayName, ...], Several] = ("console",)
    allow_link: bool = False
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    segment_price: Annotated[float, Field(ge=0)] = 0
    currency: Text = ""
    callback_url: Origin = ""
    keep_days: Annotated[int, Field(ge=1)] = 90
    sign_in: SignInSection = SignInSection()
    twilio: TwilioSection = TwilioSection()
    http: dict[GatewayName, HttpSection] = {}


def _days(kept: Kept) -> Any:
    bounds = BOUNDS[kept]
    return Field(default=bounds.usual, ge=bounds.least, le=bounds.most)


class RetentionSection(_Section):
    """For how many days records are kept where no administrator chose."""

    chat_lines: int = _days(Kept.CHAT_LINES)
    help_calls: int = _days(Kept.HELP_CALLS)
    handovers: int = _days(Kept.HANDOVERS)
    feedback: int = _days(Kept.FEEDBACK)
    link_requests: int = _days(Kept.LINK_REQUESTS)
    tickets: int = _days(Kept.TICKETS)
    line_records: int = _days(Kept.LINE_RECORDS)
    line_tests: int = _days(Kept.LINE_TESTS)
    device_tests: int = _days(Kept.DEVICE_TESTS)
    service_notes: int = _days(Kept.SERVICE_NOTES)
    cases: int = _days(Kept.CASES)
    recordings_family: int = _days(Kept.RECORDINGS_FAMILY)
    recordings_official: int = _days(Kept.RECORDINGS_OFFICIAL)


class RecordingKeySection(_Section):
    """A key that wraps the keys of recordings."""

    secret: SecretStr | None = None
    secret_file: Path | None = None


class RecordingsSection(_Section):
    """Where recordings of visits are kept; without a place nothing is recorded."""

    directory: Path | None = None
    record: bool = True
    quota_gigabytes: Annotated[float, Field(gt=0)] = 100
    key_id: Text = ""
    keys: dict[KeyId, RecordingKeySection] = {}


class SchedulerSection(_Section):
    """Whether this process does the periodic work."""

    enabled: bool = True


class WebhooksSection(_Section):
    """Where events may be sent: private addresses only where offices want that."""

    allow_private: bool = False


class SuggestSection(_Section):
    """A language model that guesses what somebody's own words ask for; off without."""

    url: Origin = ""
    model: Text = ""
    key: SecretStr | None = None
    key_file: Path | None = None


class MetricsSection(_Section):
    """Where Prometheus asks for the numbers; nowhere without a port."""

    host: Text = "127.0.0.1"
    port: Port | None = None


class LogSection(_Section):
    """How log lines look."""

    format: Literal["text", "json"] = "text"
    level: Level = "info"


class Settings(BaseSettings):
    """Everything an operator decides, frozen."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        enable_decoding=False,
        extra="forbid",
        frozen=True,
    )

    secret: SecretStr | None = None
    secret_file: Path | None = None
    data_dir: Path = Path("data")
    database: DatabaseSection = DatabaseSection()
    web: WebSection = WebSection()
    media: MediaSection = MediaSection()
    turn: TurnSection = TurnSection()
    sms: SmsSection = SmsSection()
    recordings: RecordingsSection = RecordingsSection()
    scheduler: SchedulerSection = SchedulerSection()
    retention: RetentionSection = RetentionSection()
    webhooks: WebhooksSection = WebhooksSection()
    suggest: SuggestSection = SuggestSection()
    metrics: MetricsSection = MetricsSection()
    log: LogSection = LogSection()

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, given: dict[str, Any]) -> dict[str, Any]:
        return _with_secrets_read(given)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which arrives as arguments."""
        return env_settings, init_settings
