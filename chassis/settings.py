"""Every environment variable of the platform, typed, documented, in this one place."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from chassis.personal import master_keys_from
from chassis.signednote import NoteError, Signer, Verifier, signer_from, verifiers_from

LOOPBACK = ("127.0.0.1", "::1", "localhost")
KAFKA_SECURITY = ("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")
KAFKA_MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
SERVICES = ("registry", "tasks", "inspection", "penalty", "reporting")


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name (`<SERVICE>` stands for a service's name in capitals), default and meaning."""

    name: str
    default: str | None
    meaning: str


SETTINGS = (
    Setting("CASETRAIL_<SERVICE>_DSN", None, "PostgreSQL address of the service's own database"),
    Setting("CASETRAIL_<SERVICE>_OWNER_DSN", "", "the same as the database's owner, for `migrate`; empty: as above"),
    Setting("CASETRAIL_<SERVICE>_URL", None, "base address of the service's API, for repair from its ledger"),
    Setting(
        "CASETRAIL_<SERVICE>_SIGNING_KEY",
        "",
        "private key of the service's checkpoints (`casetrail keys new`); empty: none are signed",
    ),
    Setting("CASETRAIL_<SERVICE>_VERIFIER_KEY", "", "public keys by which others know its checkpoints, separated by spaces"),
    Setting("CASETRAIL_LOG_ORIGIN", "casetrail.example", "name of this deployment; a service's log is called `<it>/<service>`"),
    Setting("CASETRAIL_FEED_TOPICS", "false", "whether reporting fills a topic for each district, for dashboards outside"),
    Setting("CASETRAIL_FEED_LISTENERS", "2000", "how many streams of the live feed one API process of reporting keeps open"),
    Setting("CASETRAIL_CHECKPOINT_SECONDS", "5", "pause between two checkpoints of a ledger that grows"),
    Setting("CASETRAIL_KAFKA_BOOTSTRAP", None, "Kafka bootstrap servers, comma separated"),
    Setting("CASETRAIL_KAFKA_PARTITIONS", "4", "partitions of a topic that the relay creates; must divide 64"),
    Setting("CASETRAIL_KAFKA_REPLICATION", "1", "replication factor of a topic that the relay creates"),
    Setting("CASETRAIL_KAFKA_IDEMPOTENT", "false", "idempotent producer; switch it on where the broker has it"),
    Setting("CASETRAIL_KAFKA_TRANSACTIONS", "false", "exactly-once relay; switch it on where the broker has transactions"),
    Setting("CASETRAIL_KAFKA_FETCH_WAIT_MS", "500", "how long the broker may hold a fetch; the embedded one needs it short"),
    Setting("CASETRAIL_OIDC_ISSUER", None, "issuer of the bearer tokens (the `iss` claim)"),
    Setting("CASETRAIL_OIDC_AUDIENCE", "casetrail", "audience that a token must name (the `aud` claim)"),
    Setting("CASETRAIL_OIDC_JWKS_URL", "", "where the issuer's public keys are; empty: found by discovery below the issuer"),
    Setting(
        "CASETRAIL_OIDC_TOKEN_TYPES", "at+jwt", "types of access tokens (`typ`), separated by spaces; `jwt` where it must be"
    ),
    Setting("CASETRAIL_OIDC_LEEWAY_SECONDS", "60", "by how much the issuer's clock may differ"),
    Setting(
        "CASETRAIL_OIDC_CLAIMS",
        "",
        "where the issuer calls a claim otherwise: `<what>=<claim>`, separated by spaces; `<what>` is one of `id` (`sub` "
        "otherwise), `name`, `roles`, `districts`, `organ`, `certificate_no`, `enterprise_id`; a dot leads into an object",
    ),
    Setting(
        "CASETRAIL_KAFKA_SECURITY",
        "plaintext",
        "how a service comes to the broker: `plaintext`, `ssl`, `sasl_ssl`, or, to loopback only, `sasl_plaintext`",
    ),
    Setting("CASETRAIL_KAFKA_MECHANISM", "SCRAM-SHA-512", "of `sasl_…`: SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN"),
    Setting(
        "CASETRAIL_KAFKA_USER",
        "",
        "of `sasl_…`: the user that the lists in contracts/acls are granted to; empty: the service's name",
    ),
    Setting("CASETRAIL_KAFKA_PASSWORD", None, "of `sasl_…`: the user's password"),
    Setting(
        "CASETRAIL_KAFKA_CA", "", "of `…ssl`: file of the authorities whose certificate a broker must have; empty: the system's"
    ),
    Setting("CASETRAIL_OIDC_DEVELOPMENT", "false", "whether the issuer is the development one of the embedded stack"),
    Setting("CASETRAIL_OIDC_CLIENT_ID", "casetrail-console", "what the issuer calls the client by which people sign in"),
    Setting("CASETRAIL_OIDC_CLIENT_SECRET", "", "secret of that client; empty: it has none"),
    Setting("CASETRAIL_OIDC_DISCOVERY_URL", "", "where sessions learn of the issuer; empty: below the issuer"),
    Setting("CASETRAIL_PUBLIC_URL", None, "address of the platform as browsers see it, without a path: sessions alone need it"),
    Setting("CASETRAIL_SESSIONS_DSN", None, "PostgreSQL address of the sessions' own database"),
    Setting("CASETRAIL_SESSION_IDLE_MINUTES", "120", "after how many minutes a session ends that nobody uses"),
    Setting("CASETRAIL_SESSION_HOURS", "12", "after how many hours any session ends"),
    Setting("CASETRAIL_MACHINE_TOKEN_URL", None, "token endpoint for the service's own requests (client credentials)"),
    Setting("CASETRAIL_MACHINE_SECRET", None, "client secret of the service at that endpoint"),
    Setting("CASETRAIL_MASTER_KEY", None, "`<version>:<32 bytes in base64>[,…]`: wraps the keys of persons, current first"),
    Setting("CASETRAIL_HTTP_HOST", "127.0.0.1", "address to listen on"),
    Setting("CASETRAIL_HTTP_PORT", "8080", "port to listen on (an API's routes, a worker's probes)"),
    Setting("CASETRAIL_CLOCK", "system", "`system`, or `simulated:<file>` with the development issuer only"),
    Setting("CASETRAIL_LOG_LEVEL", "info", "least level that is logged: debug, info, warning, error"),
    Setting("CASETRAIL_POLL_MS", "100", "longest pause of a worker's loop that was not woken, in milliseconds"),
    Setting(
        "CASETRAIL_FONTS", "", "folders of the fonts of documents, separated by `:`; empty: those that `make setup` installed"
    ),
    Setting(
        "CASETRAIL_FILES",
        ".casetrail/files",
        "where issued documents and evidence are kept: a folder, or an address such as `s3://bucket/path` (key, region "
        "and endpoint by the usual `AWS_…` variables)",
    ),
    Setting("CASETRAIL_UPLOAD_MIB", "512", "largest file of evidence, in MiB"),
    Setting("CASETRAIL_UPLOAD_PART_KIB", "1024", "size of the parts in which a file arrives, in KiB; at most 4096"),
    Setting("CASETRAIL_UPLOAD_DAYS", "7", "after how many days parts of a file that was not finished are removed"),
    Setting(
        "CASETRAIL_UNNAMED_DAYS",
        "30",
        "how old a file that no event names must be to be set aside, and how long it then lies there before it is removed",
    ),
    Setting("OTEL_EXPORTER_OTLP_ENDPOINT", "", "where traces and metrics go (OTLP over HTTP); empty: nothing is exported"),
)


CLAIMS: Mapping[str, str] = {
    "id": "sub", "name": "name", "roles": "roles", "districts": "districts", "organ": "organ", "certificate_no": "certificate_no",
    "enterprise_id": "enterprise_id",
}  # fmt: skip
"""What of a principal is told by which claim of a token, unless the issuer calls it otherwise."""


EMBEDDED_ENVIRONMENT = Path(".casetrail") / "environment"
"""Where the embedded stack writes the variables of its processes, so that commands beside it need none by hand."""


NPM_FONTS = Path(__file__).parent / "fonts" / "node_modules" / "@expo-google-fonts"
"""Where `npm ci` puts the fonts of documents."""


class Misconfigured(Exception):
    """The environment lacks a variable, or holds one that makes no sense; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process of one service."""

    service: str
    dsn: str
    owner_dsn: str
    urls: Mapping[str, str]
    kafka_bootstrap: str
    kafka_partitions: int
    kafka_replication: int
    kafka_idempotent: bool
    kafka_transactions: bool
    kafka_fetch_wait_ms: int
    issuer: str
    audience: str
    jwks_url: str
    development_issuer: bool
    machine_token_url: str
    machine_secret: str
    master_keys: Mapping[int, bytes]
    http_host: str
    http_port: int
    clock: str
    log_level: str
    poll_seconds: float
    otlp_endpoint: str
    log_origin: str = "casetrail.example"
    files: str = "memory:///"
    upload_mib: int = 512
    upload_part_kib: int = 1024
    upload_days: int = 7
    unnamed_days: int = 30
    token_types: tuple[str, ...] = ("at+jwt",)
    leeway: int = 60
    claims: Mapping[str, str] = field(default_factory=lambda: CLAIMS)
    checkpoint_seconds: float = 5.0
    feed_topics: bool = False
    feed_listeners: int = 2000
    kafka_security: str = "plaintext"
    kafka_mechanism: str = "SCRAM-SHA-512"
    kafka_user: str = ""
    kafka_password: str = field(default="", repr=False)
    kafka_ca: str = ""
    signer: Signer | None = field(default=None, repr=False)
    verifiers: Mapping[str, tuple[Verifier, ...]] = field(default_factory=dict)

    def origin_of(self, service: str) -> str:
        """What a service's log is called in checkpoints."""
        return f"{self.log_origin}/{service}"

    @property
    def trusted(self) -> tuple[Verifier, ...]:
        """All public keys of this deployment."""
        return tuple(verifier for verifiers in self.verifiers.values() for verifier in verifiers)


def settings_from(service: str, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of `service` from the environment; raises Misconfigured naming the variable at fault."""
    if service not in SERVICES:
        raise Misconfigured(f"no such service: {service} (one of {', '.join(SERVICES)})")
    read = _Reader(environ)
    settings = Settings(
        service=service,
        dsn=(dsn := read.text(f"CASETRAIL_{service.upper()}_DSN")),
        owner_dsn=environ.get(f"CASETRAIL_{service.upper()}_OWNER_DSN") or dsn,
        urls={name: url for name in SERVICES if (url := environ.get(f"CASETRAIL_{name.upper()}_URL"))},
        kafka_bootstrap=read.text("CASETRAIL_KAFKA_BOOTSTRAP"),
        kafka_partitions=read.number("CASETRAIL_KAFKA_PARTITIONS"),
        kafka_replication=read.number("CASETRAIL_KAFKA_REPLICATION"),
        kafka_idempotent=read.flag("CASETRAIL_KAFKA_IDEMPOTENT"),
        kafka_transactions=read.flag("CASETRAIL_KAFKA_TRANSACTIONS"),
        kafka_fetch_wait_ms=read.number("CASETRAIL_KAFKA_FETCH_WAIT_MS"),
        kafka_security=read.text("CASETRAIL_KAFKA_SECURITY").lower(),
        kafka_mechanism=read.text("CASETRAIL_KAFKA_MECHANISM").upper(),
        kafka_user=environ.get("CASETRAIL_KAFKA_USER") or service,
        kafka_password=environ.get("CASETRAIL_KAFKA_PASSWORD", ""),
        kafka_ca=environ.get("CASETRAIL_KAFKA_CA", ""),
        issuer=read.text("CASETRAIL_OIDC_ISSUER"),
        audience=read.text("CASETRAIL_OIDC_AUDIENCE"),
        jwks_url=environ.get("CASETRAIL_OIDC_JWKS_URL", ""),
        token_types=tuple(read.text("CASETRAIL_OIDC_TOKEN_TYPES").lower().split()),
        leeway=read.number("CASETRAIL_OIDC_LEEWAY_SECONDS"),
        claims={**CLAIMS, **read.pairs("CASETRAIL_OIDC_CLAIMS", CLAIMS)},
        development_issuer=read.flag("CASETRAIL_OIDC_DEVELOPMENT"),
        machine_token_url=environ.get("CASETRAIL_MACHINE_TOKEN_URL", ""),
        machine_secret=environ.get("CASETRAIL_MACHINE_SECRET", ""),
        master_keys=read.master_keys("CASETRAIL_MASTER_KEY"),
        http_host=read.text("CASETRAIL_HTTP_HOST"),
        http_port=read.number("CASETRAIL_HTTP_PORT"),
        clock=read.text("CASETRAIL_CLOCK"),
        log_level=read.text("CASETRAIL_LOG_LEVEL"),
        poll_seconds=read.number("CASETRAIL_POLL_MS") / 1000,
        otlp_endpoint=environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        log_origin=read.text("CASETRAIL_LOG_ORIGIN"),
        files=read.text("CASETRAIL_FILES"),
        upload_mib=read.number("CASETRAIL_UPLOAD_MIB"),
        upload_part_kib=read.number("CASETRAIL_UPLOAD_PART_KIB"),
        upload_days=read.number("CASETRAIL_UPLOAD_DAYS"),
        unnamed_days=read.number("CASETRAIL_UNNAMED_DAYS"),
        checkpoint_seconds=read.number("CASETRAIL_CHECKPOINT_SECONDS"),
        feed_topics=read.flag("CASETRAIL_FEED_TOPICS"),
        feed_listeners=read.number("CASETRAIL_FEED_LISTENERS"),
        signer=read.signer(f"CASETRAIL_{service.upper()}_SIGNING_KEY"),
        verifiers={name: read.verifiers(f"CASETRAIL_{name.upper()}_VERIFIER_KEY") for name in SERVICES},
    )
    _check(settings)
    return settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """The settings of a process of sessions; `idle` and `longest` in seconds."""

    url: str
    dsn: str = field(repr=False)
    issuer: str
    audience: str
    jwks_url: str
    discovery_url: str
    client_id: str
    client_secret: str = field(repr=False)
    token_types: tuple[str, ...]
    leeway: int
    claims: Mapping[str, str]
    idle: float
    longest: float
    http_host: str
    http_port: int
    log_level: str


def session_settings_from(environ: Mapping[str, str] = os.environ) -> SessionSettings:
    """The settings of sessions from the environment; raises Misconfigured naming the variable at fault."""
    read = _Reader(environ)
    url = urlsplit(read.text("CASETRAIL_PUBLIC_URL"))
    if url.path.strip("/") or url.query or not url.hostname:
        raise Misconfigured("CASETRAIL_PUBLIC_URL must be an address without a path")
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise Misconfigured("CASETRAIL_PUBLIC_URL must begin with https://")
    issuer = read.text("CASETRAIL_OIDC_ISSUER")
    if urlsplit(issuer).scheme != "https" and urlsplit(issuer).hostname not in LOOPBACK:
        raise Misconfigured("CASETRAIL_OIDC_ISSUER must begin with https://")
    return SessionSettings(
        url=f"{url.scheme}://{url.netloc}",
        dsn=read.text("CASETRAIL_SESSIONS_DSN"),
        issuer=issuer,
        audience=read.text("CASETRAIL_OIDC_AUDIENCE"),
        jwks_url=environ.get("CASETRAIL_OIDC_JWKS_URL", ""),
        discovery_url=environ.get("CASETRAIL_OIDC_DISCOVERY_URL", ""),
        client_id=read.text("CASETRAIL_OIDC_CLIENT_ID"),
        client_secret=environ.get("CASETRAIL_OIDC_CLIENT_SECRET", ""),
        token_types=tuple(read.text("CASETRAIL_OIDC_TOKEN_TYPES").lower().split()),
        leeway=read.number("CASETRAIL_OIDC_LEEWAY_SECONDS"),
        claims={**CLAIMS, **read.pairs("CASETRAIL_OIDC_CLAIMS", CLAIMS)},
        idle=read.number("CASETRAIL_SESSION_IDLE_MINUTES") * 60,
        longest=read.number("CASETRAIL_SESSION_HOURS") * 3600,
        http_host=read.text("CASETRAIL_HTTP_HOST"),
        http_port=read.number("CASETRAIL_HTTP_PORT"),
        log_level=read.text("CASETRAIL_LOG_LEVEL"),
    )


def font_folders(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Where the fonts of documents are."""
    named = environ.get("CASETRAIL_FONTS")
    return tuple(Path(folder) for folder in named.split(":")) if named else (NPM_FONTS,)


def environment(file: Path = EMBEDDED_ENVIRONMENT) -> dict[str, str]:
    """The variables of this process; if none of ours is among them, also those of the embedded stack that runs here."""
    given = dict(os.environ)
    if any(name.startswith("CASETRAIL_") for name in given) or not file.exists():
        return given
    lines = file.read_text(encoding="utf-8").splitlines()
    return given | dict(line.split("=", 1) for line in lines if "=" in line)


def _check(settings: Settings) -> None:
    if 64 % settings.kafka_partitions:
        raise Misconfigured("CASETRAIL_KAFKA_PARTITIONS must divide 64")
    if settings.upload_part_kib > 4096:
        raise Misconfigured("CASETRAIL_UPLOAD_PART_KIB: no body is larger than 4096 KiB")
    if settings.clock != "system" and not settings.development_issuer:
        raise Misconfigured("CASETRAIL_CLOCK: a simulated clock cannot be switched on with a production issuer")
    _check_broker(settings)
    issuer = urlsplit(settings.issuer)
    if issuer.scheme != "https" and not settings.development_issuer and issuer.hostname not in LOOPBACK:
        raise Misconfigured("CASETRAIL_OIDC_ISSUER must begin with https://")
    origin = settings.origin_of(settings.service)
    if settings.signer is not None and settings.signer.name != origin:
        key = f"CASETRAIL_{settings.service.upper()}_SIGNING_KEY"
        raise Misconfigured(f"{key} is a key of {settings.signer.name}, but the log is called {origin}")


def _check_broker(settings: Settings) -> None:
    security = settings.kafka_security
    if security not in KAFKA_SECURITY:
        raise Misconfigured(f"CASETRAIL_KAFKA_SECURITY must be one of {', '.join(KAFKA_SECURITY)}, not {security!r}")
    if settings.kafka_mechanism not in KAFKA_MECHANISMS:
        raise Misconfigured(f"CASETRAIL_KAFKA_MECHANISM must be one of {', '.join(KAFKA_MECHANISMS)}")
    if security.startswith("sasl") and not settings.kafka_password:
        raise Misconfigured(f"CASETRAIL_KAFKA_PASSWORD is not set, and CASETRAIL_KAFKA_SECURITY is {security}")
    hosts = {urlsplit(f"//{address.strip()}").hostname for address in settings.kafka_bootstrap.split(",")}
    if security == "sasl_plaintext" and not hosts <= {*LOOPBACK}:
        raise Misconfigured("CASETRAIL_KAFKA_SECURITY: a password goes over a network by sasl_ssl only")


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._defaults = {setting.name: setting.default for setting in SETTINGS}

    def text(self, name: str) -> str:
        value = self._environ.get(name) or self._defaults.get(name)
        if not value:
            raise Misconfigured(f"{name} is not set")
        return value

    def number(self, name: str) -> int:
        value = self.text(name)
        if not value.isascii() or not value.isdigit() or int(value) == 0:
            raise Misconfigured(f"{name} must be a whole number above 0, not {value!r}")
        return int(value)

    def signer(self, name: str) -> Signer | None:
        try:
            return signer_from(text) if (text := self._environ.get(name)) else None
        except NoteError as error:
            raise Misconfigured(f"{name}: {error}") from error

    def verifiers(self, name: str) -> tuple[Verifier, ...]:
        try:
            return verifiers_from(self._environ.get(name, ""))
        except NoteError as error:
            raise Misconfigured(f"{name}: {error}") from error

    def master_keys(self, name: str) -> dict[int, bytes]:
        try:
            return master_keys_from(self.text(name))
        except ValueError as error:
            raise Misconfigured(f"{name}: {error}") from error

    def pairs(self, name: str, known: Collection[str]) -> dict[str, str]:
        parts = [part.partition("=") for part in self._environ.get(name, "").split()]
        if wrong := ["".join(part) for part in parts if part[0] not in known or not part[2]]:
            raise Misconfigured(f"{name}: {wrong[0]} is not <{', '.join(known)}>=<name>")
        return {key: value for key, _, value in parts}

    def flag(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in ("true", "false"):
            raise Misconfigured(f"{name} must be true or false, not {value!r}")
        return value == "true"
