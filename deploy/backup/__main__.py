"""The command line: `python -m deploy.backup`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.backup.archive import Archive, Broken
from deploy.backup.programs import Failed, Programs
from deploy.backup.restoring import Target, lay_out

cli = typer.Typer(help="Base backups, the archive of the write-ahead log, restore to a moment.", no_args_is_help=True)
Folder = Annotated[Path, typer.Option("--archive", help="folder with base/ and wal/, on another machine's disk")]
Dsn = Annotated[str, typer.Option(help="address of the server, as a superuser")]
Binaries = Annotated[Path | None, typer.Option(help="bin folder of PostgreSQL; otherwise from PATH or the embedded one")]


@cli.command()
def init(archive: Folder, owner: Annotated[str | None, typer.Option(help="user that PostgreSQL runs as")] = None) -> None:
    """Make the archive's folders, and say how the server must be set."""
    made = Archive(archive)
    made.make(owner)
    script = Path(__file__).parents[1] / "postgres" / "archive-wal"
    typer.echo("Set in postgresql.conf, and restart the server:")
    typer.echo("  wal_level = replica\n  max_wal_senders = 4\n  archive_mode = on\n  archive_timeout = 60")
    typer.echo(f"  archive_command = '{script} %p %f {made.wal.absolute()}'")
    typer.echo("Next: python -m deploy.backup base")


@cli.command()
def base(dsn: Dsn, archive: Folder, binaries: Binaries = None) -> None:
    """Take a base backup of all databases, with a manifest, and verify it."""
    _carefully(lambda: _base(dsn, Archive(archive), Programs(binaries)))


def _base(dsn: str, archive: Archive, programs: Programs) -> None:
    into = archive.next_base()
    programs.run("pg_basebackup", f"--dbname={dsn}", f"--pgdata={into}", "--format=plain", "--wal-method=stream",
                 "--checkpoint=fast", "--manifest-checksums=SHA256", "--label=casetrail", "--progress")  # fmt: skip
    programs.run("pg_verifybackup", "--quiet", str(into))
    typer.echo(f"{into.name}: taken and verified. Next: python -m deploy.backup status, and rehearse a restore once a quarter.")


@cli.command()
def verify(archive: Folder, binaries: Binaries = None) -> None:
    """Verify every base backup by its manifest, and that the archive has no hole behind it. Code 1: something is wrong."""
    _carefully(lambda: _verify(Archive(archive), Programs(binaries)))


def _verify(archive: Archive, programs: Programs) -> None:
    for one in archive.bases():
        programs.run("pg_verifybackup", "--quiet", str(one.folder))
        segments = archive.segments_after(one)
        typer.echo(f"✓ {one.folder.name}: as its manifest says; {len(segments)} segments of WAL behind it, without a hole")
    if not archive.bases():
        raise Broken(f"{archive.base} has no base backup: python -m deploy.backup base")


@cli.command()
def status(dsn: Dsn, archive: Folder, binaries: Binaries = None) -> None:
    """What can be restored, and whether the archive keeps up. Code 1: it does not."""
    _carefully(lambda: _status(dsn, Archive(archive), Programs(binaries)))


ARCHIVER = """SELECT format('archived %s (last %s, %s ago), failed %s (last %s)', archived_count, last_archived_wal,
    date_trunc('second', now() - last_archived_time), failed_count, last_failed_wal),
    coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver"""


def _status(dsn: str, archive: Archive, programs: Programs) -> None:
    for one in archive.bases():
        typer.echo(f"{one.folder.name}: {len(archive.segments_after(one))} segments behind it")
    told, _, failing = programs.run("psql", dsn, "-XAt", "-c", ARCHIVER).strip().rpartition("|")
    typer.echo(told)
    if failing == "t":
        raise Broken(
            "the last segment could not be archived: look at the server's log. WAL is kept until it can, and fills the disk"
        )
    typer.echo("The archive keeps up.")


@cli.command()
def restore(
    archive: Folder,
    to: Annotated[Path, typer.Option(help="the new data folder: empty, or not there")],
    base_name: Annotated[str | None, typer.Option("--base", help="which base backup; else the newest old enough")] = None,
    time: Annotated[datetime | None, typer.Option(help="stop before the first commit after this moment (UTC)")] = None,
    lsn: Annotated[str | None, typer.Option(help="stop at this place of the WAL")] = None,
    owner: Annotated[str | None, typer.Option(help="user that PostgreSQL runs as")] = None,
    binaries: Binaries = None,
) -> None:  # fmt: skip
    """Lay out a data folder that recovers to a moment when a server is started in it; without one, to the end of the archive."""
    if time is not None and lsn is not None:
        raise typer.BadParameter("--time or --lsn, not both")
    target = Target(time, lsn)
    _carefully(lambda: _restore(Archive(archive), Programs(binaries), base_name, to, target, owner))


def _restore(archive: Archive, programs: Programs, name: str | None, to: Path, target: Target, owner: str | None) -> None:
    chosen = archive.chosen(name, target.time)
    programs.run("pg_verifybackup", "--quiet", str(chosen.folder))
    archive.segments_after(chosen)
    lay_out(chosen, archive, to, target, owner)
    typer.echo(f"{to}: {chosen.folder.name}, recovers to {target}. Next:")
    typer.echo(f"  1. start PostgreSQL with -D {to}; it recovers and takes over (SELECT pg_is_in_recovery() answers f)")
    typer.echo("  2. keep the APIs of its services stopped until casetrail verify was looked at: docs/backup.md")
    typer.echo("  3. take a base backup: python -m deploy.backup base")


@cli.command()
def prune(archive: Folder, keep: Annotated[int, typer.Option(min=1)] = 2, binaries: Binaries = None) -> None:
    """Remove all but the newest base backups, and the WAL that only those need."""
    _carefully(lambda: _prune(Archive(archive), Programs(binaries), keep))


def _prune(archive: Archive, programs: Programs, keep: int) -> None:
    kept = archive.bases()[-keep:]
    if not kept:
        raise Broken("there is no base backup: nothing was removed")
    for one in archive.bases()[:-keep]:
        one.remove()
        typer.echo(f"removed {one.folder.name}")
    programs.run("pg_archivecleanup", str(archive.wal), kept[0].first_segment)
    typer.echo(f"kept {', '.join(one.folder.name for one in kept)} and the WAL since {kept[0].first_segment}")


def _carefully(act: object) -> None:
    try:
        act()  # type: ignore[operator]
    except (Broken, Failed, OSError) as error:
        typer.echo(f"casetrail backup: {error}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    cli()
