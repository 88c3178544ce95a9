"""`avileo-server`: what an operator does with central, each a command with a clear word and an exit code."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from getpass import getpass
from pathlib import Path
from threading import Thread
from types import FrameType
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer
import uvicorn
from platformdirs import user_data_path
from sqlalchemy import Connection, select, text
from sqlalchemy.engine import make_url

from avileo_pos import __version__
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover.handover_file import Handover, read_handover
from avileo_pos.migrations import NewerSchema, is_at_head, upgrade
from avileo_pos.protocol.branches import BranchPoint
from avileo_pos.server.adopt.adopting import NothingToAdopt, adopt, awaits_adoption, plan_adoption
from avileo_pos.server.adopt.carry_out import ARCHIVE, CannotAdopt
from avileo_pos.server.adopt.plan_words import plan_text
from avileo_pos.server.adopt.staging import Answers
from avileo_pos.server.branches import CannotBranch, begin_branch
from avileo_pos.server.business import sample
from avileo_pos.server.business.audit import verify
from avileo_pos.server.business.businesses import CannotCreate, create_admin
from avileo_pos.server.business.seed import seed_sample
from avileo_pos.server.central import utc_now
from avileo_pos.server.http.http_protocol import BoundedHttp
from avileo_pos.server.http.logs import configure_logs
from avileo_pos.server.http.metrics_folder import metrics_folder
from avileo_pos.server.mail.mail import mail_server_of
from avileo_pos.server.postgres.backup import CannotBackUp, back_up
from avileo_pos.server.postgres.backup import restore as put_back
from avileo_pos.server.postgres.database import CentralBusy, Database, PostgresUnavailable
from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from avileo_pos.server.postgres.epoch import restored as begin_new_epoch
from avileo_pos.server.postgres.isolation import (
    NotConfined,
    grant_service,
    make_service_role,
    require_confined,
    sees_every_business,
    service_url,
)
from avileo_pos.server.push.carried import (
    CannotCarry,
    Courier,
    TakenIn,
    courier_of,
    survey,
    take_in_carried,
)
from avileo_pos.server.push.carried_words import survey_text, taken_text
from avileo_pos.server.settings import (
    DataDir,
    Host,
    KeepAlive,
    LogForm,
    LogFormOption,
    LogLevel,
    LogLevelOption,
    LogOutput,
    LogOutputOption,
    PoolPatience,
    PoolSize,
    Port,
    PrepareStatements,
    PublicUrl,
    RequestsPerAddress,
    RequestsPerSession,
    Serving,
    ShutdownPatience,
    SpareConnections,
    TrustedProxies,
    Workers,
)
from avileo_pos.server.tidy import forget_old_receipts, sweep_accounts
from avileo_pos.tables.shared import businesses

if sys.platform == "win32":
    _ENDINGS: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGBREAK)  # a console says it by Ctrl+Break
else:
    _ENDINGS = (signal.SIGTERM,)

EXIT_NO_DATABASE: Final = 3
EXIT_WRONG_SCHEMA: Final = 4
EXIT_CANNOT_CREATE: Final = 5
EXIT_WRONG_SETTINGS: Final = 6
EXIT_NOT_CONFINED: Final = 7
EXIT_CANNOT_ADOPT: Final = 8
EXIT_AUDIT_FLAWED: Final = 9
EXIT_CANNOT_BACK_UP: Final = 10
EXIT_CANNOT_IMPORT: Final = 11
EXIT_CANNOT_BRANCH: Final = 12
EXIT_CANNOT_LISTEN: Final = 13

_ONE_MIGRATION_AT_A_TIME: Final = 7_221_006
_SILENT_FOR_TOO_LONG: Final = 20  # seconds, then a worker process is killed and replaced; a busy one may be slow
_EMBEDDED_DATABASE: Final = "avileo"

_UNREADABLE: Final = {
    "handover_broken": "{file} is no file of a till's operations, or not a whole one. Nothing was taken.",
    "wrong_passphrase": "{file} does not open with this password. Nothing was taken.",
}

OnlyBusinesses = Annotated[list[UUID] | None, typer.Option("--business", help="Only this one; may be repeated.")]

app = typer.Typer(help="Central of Avileo POS.", no_args_is_help=True, add_completion=False, rich_markup_mode=None)


class CannotServe(Exception):  # noqa: N818 - the name says what happened
    """Trouble that the operator can mend; the message says how."""

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def main() -> None:
    """Run a command; foreseeable trouble is one sentence on stderr and its exit code."""
    # uvicorn passes the signal on when it has finished; an exit, unlike a kill, also stops the embedded PostgreSQL.
    for ending in _ENDINGS:
        signal.signal(ending, _exit_in_order)
    try:
        app()
    except PostgresUnavailable as trouble:
        _end(EXIT_NO_DATABASE, trouble.message)
    except CannotCreate as trouble:
        _end(EXIT_CANNOT_CREATE, str(trouble))
    except CannotAdopt as trouble:
        _end(EXIT_CANNOT_ADOPT, str(trouble))
    except CannotBackUp as trouble:
        _end(EXIT_CANNOT_BACK_UP, str(trouble))
    except CannotCarry as trouble:
        _end(EXIT_CANNOT_IMPORT, str(trouble))
    except CannotBranch as trouble:
        _end(EXIT_CANNOT_BRANCH, str(trouble))
    except CannotServe as trouble:
        _end(trouble.exit_code, str(trouble))


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    public_url: PublicUrl = "",
    trusted_proxies: TrustedProxies = "127.0.0.1,::1",
    pool_size: PoolSize = 5,
    spare_connections: SpareConnections = 10,
    pool_patience: PoolPatience = 10,
    prepare_statements: PrepareStatements = False,
    keep_alive: KeepAlive = 75,
    shutdown_patience: ShutdownPatience = 40,
    requests_per_session: RequestsPerSession = 600,
    requests_per_address: RequestsPerAddress = 6_000,
    log_form: LogFormOption = LogForm.AUTO,
    log_output: LogOutputOption = LogOutput.STDERR,
    log_level: LogLevelOption = LogLevel.INFO,
    data_dir: DataDir = None,
    until_input_ends: Annotated[bool, typer.Option(help="Stop when whoever started it ends its input.")] = False,
) -> None:
    """Answer the tills. An embedded database is brought up to date first; any other must be migrated.

    On SIGTERM it stops accepting, finishes what is in flight and ends with exit code 0.
    """
    _require_sound_mail_settings()
    configure_logs(log_form, log_output, log_level)
    with _addresses(data_dir, may_begin=True) as addresses, metrics_folder(workers):
        if addresses.is_embedded:
            _migrate(addresses)
        with Database.connect(addresses.service) as database:
            _require_head(database)
            _require_confined(database)
        _require_to_listen(host, port)
        if until_input_ends:
            Thread(target=_end_with_the_input, daemon=True).start()
        os.environ["DATABASE_URL"] = addresses.service
        Serving(
            public_url=public_url or f"http://{host}:{port}",
            pool_size=pool_size,
            spare_connections=spare_connections,
            pool_patience=pool_patience,
            prepares=prepare_statements,
            requests_per_session=requests_per_session,
            requests_per_address=requests_per_address,
            log_form=log_form,
            log_output=log_output,
            log_level=log_level,
        ).hand_over()
        uvicorn.run(
            "avileo_pos.server.asgi:app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            http=BoundedHttp,
            forwarded_allow_ips=trusted_proxies,
            server_header=False,
            log_config=None,
            access_log=False,
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=shutdown_patience,
            timeout_worker_healthcheck=_SILENT_FOR_TOO_LONG,
        )


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version's shape. Safe to repeat, and from several machines at once.

    Where DATABASE_URL names another role than OWNER_DATABASE_URL, that role is made, and may serve.
    """
    with _addresses(data_dir, may_begin=True) as addresses:
        _migrate(addresses)
        typer.echo("The database is up to date.")


@app.command("adopt")
def adopt_command(
    yes: Annotated[bool, typer.Option("--yes", help="Carry the plan out; without it nothing is changed.")] = False,
    owner: Annotated[
        list[str] | None,
        typer.Option(metavar="PRODUCT=BUSINESS", help="Whose a product is, by their ids; may be repeated."),
    ] = None,
    copy_shared_products: Annotated[
        bool, typer.Option("--copy-shared-products", help="Give each business its own card of what several sell.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Take over an Avileo database that another backend made. Shows what would become of it first."""
    answers = Answers(dict(_product_and_business(each) for each in owner or ()), copy_shared_products)
    with _addresses(data_dir) as addresses:
        _adopt(addresses, answers, carry_out=yes)


@app.command("create-admin")
def create_admin_command(
    email: Annotated[str, typer.Option(help="By which the person signs in.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    business: Annotated[str, typer.Option(help="Name of the new business.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    ruc: Annotated[str, typer.Option(help="The business's RUC, 11 digits.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Create a business with its first admin."""
    with _open_database(data_dir, may_begin=True) as database:
        _require_head(database)
        created = create_admin(database, email=email, name=name, business=business, password=password, ruc=ruc)
        typer.echo(f"Business {created}: {name} <{email}> is its admin.")


@app.command()
def seed(data_dir: DataDir = None) -> None:
    """Fill in the sample business, unless it is there."""
    with _open_database(data_dir, may_begin=True) as database:
        _require_head(database)
        seed_sample(database)
        emails = ", ".join(member.email for member in sample.MEMBERS)
        typer.echo(f"«{sample.BUSINESS_NAME}» is there. Sign in as {emails}; the password is {sample.PASSWORD}.")


@app.command()
def restored(data_dir: DataDir = None) -> None:
    """Say that this database came from a backup: tills then send again what it lost."""
    with _open_database(data_dir) as database:
        _require_head(database)
        typer.echo(f"New epoch {begin_new_epoch(database, utc_now())}.")


@app.command("audit")
def verify_audit(business: OnlyBusinesses = None, data_dir: DataDir = None) -> None:
    """Verify the chain of who did what, and tell the hash with which it ends, to be kept somewhere else."""
    with _open_database(data_dir) as database:
        _require_head(database)
        chains = [
            database.in_transaction(partial(verify, business_id=each), each)
            for each in _chosen_businesses(database, business)
        ]
    for chain in chains:
        typer.echo(f"{chain.business_id} «{chain.business_name}»: {chain.entries} entries, ending with {chain.hash}")
    flaws = [f"{chain.business_id}: {flaw}" for chain in chains for flaw in chain.flaws]
    if flaws:
        raise CannotServe(EXIT_AUDIT_FLAWED, "\n".join(["The audit chain was tampered with.", *flaws]))


@app.command()
def tidy(business: OnlyBusinesses = None, data_dir: DataDir = None) -> None:
    """Forget what has had its time: receipts of over 400 days, and sessions, links and delays that are over.

    Central may go on meanwhile. What was put aside and nobody has looked at stays, however old.
    """
    with _open_database(data_dir) as database:
        _require_head(database)
        now = utc_now()
        chosen = _chosen_businesses(database, business)
        receipts = sum(forget_old_receipts(database, each, now) for each in chosen)
        typer.echo(f"Forgotten: {receipts} receipts, {sweep_accounts(database, now)} rows of sessions and links.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    data_dir: DataDir = None,
) -> None:
    """Put all of the database into a file, while central goes on."""
    with _open_database(data_dir) as database:
        size = back_up(database, file)
        typer.echo(f"{file}: {size} bytes.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `avileo-server backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Lose what the database holds.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Put a backup into an empty database and begin a new epoch: tills then send again what it lost."""
    with _addresses(data_dir, may_begin=True) as addresses, Database.connect(addresses.owner) as database:
        put_back(database, file, replace=replace)
        _migrate(addresses)
        typer.echo(f"{file} is back. New epoch {begin_new_epoch(database, utc_now())}.")


@app.command()
def branch(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="What an admin's till wrote when it was asked to share."
        ),
    ],
    code_file: Annotated[
        str, typer.Option(help="Read the code that lets tills in from here, `-` for the input; else you are asked.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Fill an empty database with what a till knows, so that tills without internet can share through it."""
    _require_a_branch_point(file)
    code = _secret("The code", code_file, "--code-file")
    with _open_database(data_dir, may_begin=True) as database:
        _require_head(database)
        point = begin_branch(database, file, code, utc_now())
        typer.echo(f"A branch of business {point.business_id}, after revision {point.head} of {point.epoch}.")


@app.command("import")
def import_command(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="What a till exported under «Por enviar»."),
    ],
    by: Annotated[str, typer.Option(help="Email of the member of the business who brings it.")],
    password_file: Annotated[
        str, typer.Option(help="Read the file's password from here, `-` for the input; without it you are asked.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what the file holds, and change nothing.")] = False,
    without_missing: Annotated[
        bool, typer.Option("--without-missing", help="Take also what depends on something that will never arrive.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Take what a till could not send, as if it had sent it: once, also when it still does. Central may go on."""
    handover = _read_handover(file, _secret("The file's password", password_file, "--password-file"))
    with _open_service(data_dir) as database:
        courier = courier_of(database, handover, by)
        typer.echo(survey_text(handover, courier, survey(database, handover, courier)))
        if dry_run:
            typer.echo("Nothing was changed.")
            return
        typer.echo(taken_text(_take_in(database, handover, courier, without_missing=without_missing)))


@app.command()
def version() -> None:
    """Say which version this is."""
    typer.echo(__version__)


@dataclass(frozen=True, slots=True)
class _Addresses:
    """One database, as its owner reaches it and as central serves it."""

    owner: str
    service: str
    is_embedded: bool


@contextmanager
def _addresses(data_dir: Path | None, *, may_begin: bool = False) -> Iterator[_Addresses]:
    """The database to use; the embedded one runs as long as it is used.

    Only a command with which a central begins may make one: any other would look after a new, empty database where
    the folder was mistyped, and call it done.
    """
    service = os.environ.get("DATABASE_URL") or os.environ.get("OWNER_DATABASE_URL")
    if service:
        yield _Addresses(os.environ.get("OWNER_DATABASE_URL") or service, service, is_embedded=False)
        return
    folder = data_dir or user_data_path("avileo-pos", appauthor=False) / "central"
    server = EmbeddedPostgres(folder / "postgres")
    if not may_begin and not server.is_made():
        raise CannotServe(
            EXIT_NO_DATABASE,
            f"There is no database in {folder}; --data-dir or AVILEO_DATA_DIR says where central's is.",
        )
    with server:
        owner = server.create_database(_EMBEDDED_DATABASE)
        yield _Addresses(owner, service_url(owner), is_embedded=True)


@contextmanager
def _open_database(data_dir: Path | None, *, may_begin: bool = False) -> Iterator[Database]:
    """As its owner."""
    with _addresses(data_dir, may_begin=may_begin) as addresses:
        if addresses.is_embedded:
            _migrate(addresses)
        with Database.connect(addresses.owner) as database:
            yield database


@contextmanager
def _open_service(data_dir: Path | None) -> Iterator[Database]:
    """As central serves it."""
    with _addresses(data_dir) as addresses:
        if addresses.is_embedded:
            _migrate(addresses)
        with Database.connect(addresses.service) as database:
            _require_head(database)
            yield database


def _secret(what: str, source: str, option: str) -> str:
    """Never an argument, which everybody on the machine could read."""
    if not source:
        return getpass(f"{what}: ")
    if source == "-":
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return Path(source).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as trouble:
        raise typer.BadParameter(f"«{source}» cannot be read.", param_hint=option) from trouble


def _require_a_branch_point(file: Path) -> None:
    """Before the code is asked for, and before a database is made for nothing."""
    try:
        with file.open("rb") as lines:
            msgspec.json.decode(next(lines, b""), type=BranchPoint)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise CannotBranch(
            f"{file} is not what a till has written for a branch. "
            "What a till has exported is for `avileo-server import`."
        ) from trouble


def _read_handover(file: Path, password: str) -> Handover:
    try:
        return read_handover(file, password)
    except BusinessRuleBroken as broken:
        raise CannotCarry(_UNREADABLE[broken.code].format(file=file)) from broken


def _take_in(database: Database, handover: Handover, courier: Courier, *, without_missing: bool) -> TakenIn:
    try:
        return take_in_carried(database, handover, courier, utc_now(), without_missing=without_missing)
    except CentralBusy as trouble:
        raise CannotCarry("Central is busy. What was taken so far stays; import the file again.") from trouble


def _migrate(addresses: _Addresses) -> None:
    with Database.connect(addresses.owner) as database, database.engine.begin() as connection:
        _one_migration_at_a_time(connection)
        if awaits_adoption(connection):
            raise CannotServe(
                EXIT_WRONG_SCHEMA, "Another backend has made this database. `avileo-server adopt` takes it over."
            )
        try:
            upgrade(connection, "server")
        except NewerSchema as trouble:
            raise CannotServe(
                EXIT_WRONG_SCHEMA, "The database was made by a newer avileo-server. Install that version."
            ) from trouble
        _let_service_in(connection, addresses)


def _let_service_in(connection: Connection, addresses: _Addresses) -> None:
    if addresses.service != addresses.owner:
        if not _lets_in(addresses.service):
            make_service_role(connection, addresses.service)
        grant_service(connection, str(make_url(addresses.service).username))


def _chosen_businesses(database: Database, named: Sequence[UUID] | None) -> Sequence[UUID]:
    for each in named or ():
        with database.transaction(each) as connection:
            if connection.scalar(select(businesses.c.id).where(businesses.c.id == each)) is None:
                raise typer.BadParameter(f"There is no business {each}.", param_hint="--business")
    return named or _all_businesses(database)


def _all_businesses(database: Database) -> Sequence[UUID]:
    with database.transaction() as connection:
        if not sees_every_business(connection):
            raise CannotServe(
                EXIT_NOT_CONFINED, "This role is shown one business at a time: name each one with --business ID."
            )
        return connection.scalars(select(businesses.c.id).order_by(businesses.c.created_at, businesses.c.id)).all()


def _lets_in(url: str) -> bool:
    try:
        Database.connect(url).close()
    except PostgresUnavailable:
        return False
    return True


def _adopt(addresses: _Addresses, answers: Answers, *, carry_out: bool) -> None:
    with Database.connect(addresses.owner) as database, database.engine.connect() as connection:
        _one_migration_at_a_time(connection)
        found = adopt(connection, answers) if carry_out else plan_adoption(connection, answers)
        if isinstance(found, NothingToAdopt):
            typer.echo(found.sentence)
            return
        typer.echo(plan_text(found))
        if not found.can_be_carried_out:
            raise CannotAdopt("Nothing was changed: the plan says what has to be answered or mended first.")
        if carry_out:
            _let_service_in(connection, addresses)
            connection.commit()
    if carry_out:
        typer.echo(f"The database is adopted. Its old tables are kept in the schema {ARCHIVE}.")
    else:
        typer.echo("Nothing was changed. `--yes` carries this out, in one transaction.")


def _product_and_business(given: str) -> tuple[UUID, UUID]:
    product, _, business = given.partition("=")
    try:
        return UUID(product), UUID(business)
    except ValueError as trouble:
        raise typer.BadParameter(f"«{given}» is not PRODUCT=BUSINESS, two ids.", param_hint="--owner") from trouble


def _one_migration_at_a_time(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_MIGRATION_AT_A_TIME})


def _require_head(database: Database) -> None:
    with database.engine.connect() as connection:
        if not is_at_head(connection, "server"):
            raise CannotServe(
                EXIT_WRONG_SCHEMA, "The database does not fit this version. Run `avileo-server migrate` first."
            )


def _require_sound_mail_settings() -> None:
    try:
        mail_server_of(os.environ)
    except ValueError as trouble:
        raise CannotServe(EXIT_WRONG_SETTINGS, str(trouble)) from trouble


def _require_to_listen(host: str, port: int) -> None:
    """uvicorn would tell it in the log alone, and end with a code that means something else here."""
    try:
        asyncio.run(_bind(host, port))
    except OSError as trouble:
        reason = str(trouble.strerror).rpartition(": ")[2]  # asyncio names the address before it once more
        raise CannotServe(EXIT_CANNOT_LISTEN, f"Central cannot listen on {host}, port {port}: {reason}.") from trouble


async def _bind(host: str, port: int) -> None:
    """As uvicorn will, but without answering anybody."""
    loop = asyncio.get_running_loop()
    async with await loop.create_server(asyncio.Protocol, host, port, start_serving=False):
        pass


def _require_confined(database: Database) -> None:
    with database.engine.connect() as connection:
        try:
            require_confined(connection)
        except NotConfined as trouble:
            raise CannotServe(EXIT_NOT_CONFINED, str(trouble)) from trouble


def _end_with_the_input() -> None:
    # Not through sys.stdin: this thread would hold its lock when a signal ends the program, and Python would abort.
    source = sys.stdin.fileno()
    while os.read(source, 4096):
        continue
    signal.raise_signal(signal.SIGTERM)


def _exit_in_order(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _end(exit_code: int, sentence: str) -> None:
    typer.echo(f"avileo-server: {sentence}", err=True)
    sys.exit(exit_code)
