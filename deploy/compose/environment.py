"""Secrets and settings of the compose deployment, in files that only their owner reads.

`python -m deploy.compose.environment FOLDER`. Each process gets what it needs and no more: the owner's password goes to the
migrations alone, a signing key to its own service alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

from chassis.settings import SERVICES
from deploy.embedded.private import master_key_in, secret_in, signer_in, write_private

DATABASE_HOST = "postgres:5432"
ISSUER_INSIDE = "http://keycloak:8080/realms/casetrail"


def write(folder: Path, *, origin: str, issuer: str, url: str) -> list[Path]:
    """Write the environment files of this deployment, answer their paths; secrets that are there already are kept.

    `origin` names the logs; `issuer` and `url` are the addresses of realm and platform as browsers see them.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {
        "common": _common(folder, origin, issuer),
        "postgres": _postgres(folder),
        "keycloak": _keycloak(folder),
        "sessions": _sessions(folder, issuer, url),
        **{name: _service(folder, name, origin) for name in SERVICES},
        **{f"{name}-migrate": _migration(folder, name) for name in SERVICES},
    }
    return [_environment(folder / f"{name}.env", values) for name, values in files.items()]


def _common(folder: Path, origin: str, issuer: str) -> dict[str, str]:
    return {
        "CASETRAIL_LOG_ORIGIN": origin,
        "CASETRAIL_KAFKA_BOOTSTRAP": "kafka:9092",
        "CASETRAIL_KAFKA_IDEMPOTENT": "true",
        "CASETRAIL_KAFKA_TRANSACTIONS": "true",
        "CASETRAIL_OIDC_ISSUER": issuer,
        "CASETRAIL_OIDC_JWKS_URL": f"{ISSUER_INSIDE}/protocol/openid-connect/certs",
        "CASETRAIL_MACHINE_TOKEN_URL": f"{ISSUER_INSIDE}/protocol/openid-connect/token",
        "CASETRAIL_MACHINE_SECRET": secret_in(folder / "machine-secret"),
        "CASETRAIL_MASTER_KEY": f"1:{master_key_in(folder / 'master-key')}",
        **{f"CASETRAIL_{name.upper()}_URL": f"http://{name}-api:8080" for name in SERVICES},
        **{f"CASETRAIL_{name.upper()}_VERIFIER_KEY": _verifiers(folder, name, origin) for name in SERVICES},
    }


def _verifiers(folder: Path, name: str, origin: str) -> str:
    signer = signer_in(folder / f"{name}-signing-key", f"{origin}/{name}")
    return " ".join(map(str, (signer.verifier, signer.witness) if name == "reporting" else (signer.verifier,)))


def _service(folder: Path, name: str, origin: str) -> dict[str, str]:
    signer = signer_in(folder / f"{name}-signing-key", f"{origin}/{name}")
    return {
        f"CASETRAIL_{name.upper()}_DSN": _dsn(f"casetrail_{name}", secret_in(folder / f"{name}-password"), name),
        f"CASETRAIL_{name.upper()}_SIGNING_KEY": signer.secret(),
    }


def _migration(folder: Path, name: str) -> dict[str, str]:
    owner = _dsn("casetrail_owner", secret_in(folder / "owner-password"), name)
    return {f"CASETRAIL_{name.upper()}_DSN": owner, f"CASETRAIL_{name.upper()}_OWNER_DSN": owner}


def _dsn(login: str, password: str, service: str) -> str:
    return f"postgresql://{login}:{password}@{DATABASE_HOST}/casetrail_{service}"


def _sessions(folder: Path, issuer: str, url: str) -> dict[str, str]:
    return {
        "CASETRAIL_PUBLIC_URL": url,
        "CASETRAIL_SESSIONS_DSN": _dsn("casetrail_sessions", secret_in(folder / "sessions-password"), "sessions"),
        "CASETRAIL_OIDC_ISSUER": issuer,
        "CASETRAIL_OIDC_DISCOVERY_URL": f"{ISSUER_INSIDE}/.well-known/openid-configuration",
        "CASETRAIL_OIDC_JWKS_URL": f"{ISSUER_INSIDE}/protocol/openid-connect/certs",
        "CASETRAIL_OIDC_CLIENT_SECRET": secret_in(folder / "client-secret"),
    }


def _postgres(folder: Path) -> dict[str, str]:
    passwords = {f"CASETRAIL_{name.upper()}_PASSWORD": secret_in(folder / f"{name}-password") for name in (*SERVICES, "sessions")}
    return {
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": secret_in(folder / "superuser-password"),
        "CASETRAIL_OWNER_PASSWORD": secret_in(folder / "owner-password"),
        **passwords,
    }


def _keycloak(folder: Path) -> dict[str, str]:
    return {
        "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
        "KC_BOOTSTRAP_ADMIN_PASSWORD": secret_in(folder / "keycloak-password"),
        "CASETRAIL_MACHINE_SECRET": secret_in(folder / "machine-secret"),
        "CASETRAIL_OIDC_CLIENT_SECRET": secret_in(folder / "client-secret"),
    }


def _environment(path: Path, values: Mapping[str, str]) -> Path:
    write_private(path, "".join(f"{name}={value}\n" for name, value in sorted(values.items())))
    return path


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files are kept; never in the repository")
    parser.add_argument("--origin", default="casetrail.example", help="name of this deployment (default: casetrail.example)")
    parser.add_argument("--url", default="http://localhost:8080", help="the platform as browsers see it")
    parser.add_argument("--issuer", default="http://localhost:8081/realms/casetrail", help="the realm as browsers see it")
    given = parser.parse_args()
    written = write(given.folder, origin=given.origin, issuer=given.issuer, url=given.url)
    print(f"{len(written)} files in {given.folder}: keep a copy of this folder, without it nothing sealed can be opened again")


if __name__ == "__main__":
    main()
