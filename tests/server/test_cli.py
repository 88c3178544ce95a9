"""What an operator sees of `avileo-server`: clear words, exit codes, and a database that fits."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import create_engine, text

from avileo_pos.handover.handover_file import Handover, write_handover
from avileo_pos.server.business import sample
from avileo_pos.server.cli import (
    EXIT_AUDIT_FLAWED,
    EXIT_CANNOT_BRANCH,
    EXIT_CANNOT_CREATE,
    EXIT_CANNOT_LISTEN,
    EXIT_NO_DATABASE,
    EXIT_NOT_CONFINED,
    EXIT_WRONG_SCHEMA,
    EXIT_WRONG_SETTINGS,
)
from avileo_pos.server.postgres.isolation import service_url
from tests.postgres import TestPostgres

ADMIN = ("--email", "ana@example.com", "--name", "Ana", "--business", "Granja Ana", "--password", "secreto-largo")
NOBODY = "00000000-0000-0000-0000-000000000000"
PASSPHRASE = "gallina colorada"


@pytest.fixture(scope="module")
def migrated(postgres: TestPostgres) -> Iterator[str]:
    """A database of today's shape, in which nobody is ever written."""
    with postgres.database() as url:
        assert central("migrate", url=url, served_at=service_url(url)).returncode == 0
        yield url


def test_a_new_database_is_migrated_seeded_and_says_how_to_sign_in(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        assert central("migrate", url=url).returncode == 0
        first, again = central("seed", url=url), central("seed", url=url)
        assert first.returncode == again.returncode == 0
        assert all(member.email in first.stdout for member in sample.MEMBERS)
        assert rows(url, "SELECT count(*) FROM products") == len(sample.PRODUCTS)


def test_the_figures_of_the_sample_are_the_sums_of_its_facts(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url)
        central("seed", url=url)
        stock = """SELECT count(*) FROM inventory i WHERE quantity <> (
            SELECT sum(quantity) FROM inventory_movements m WHERE m.product_id = i.product_id)"""
        loads = """SELECT count(*) FROM distribuciones d WHERE kilos_asignados <> (
            SELECT sum(kilos) FROM distribucion_movements m WHERE m.distribucion_id = d.id)"""
        debts = """SELECT count(*) FROM customers c LEFT JOIN customer_balances b USING (business_id, id)
            WHERE b.balance IS DISTINCT FROM c.opening_balance"""
        assert [rows(url, wrong) for wrong in (stock, loads, debts)] == [0, 0, 0]


def test_an_admin_and_a_business_are_created_once(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url)
        assert central("create-admin", *ADMIN, url=url).returncode == 0
        again = central("create-admin", *ADMIN, url=url)
        assert (again.returncode, again.stderr.strip()) == (
            EXIT_CANNOT_CREATE,
            "avileo-server: ana@example.com has an account already.",
        )
        assert rows(url, "SELECT count(*) FROM businesses") == 1


def test_a_ruc_that_does_not_check_creates_nothing(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url)
        refused = central("create-admin", *ADMIN, "--ruc", "20131312954", url=url)
        assert refused.returncode == EXIT_CANNOT_CREATE
        assert "20131312954 is no RUC" in refused.stderr
        assert rows(url, 'SELECT count(*) FROM "user"') == 0


@pytest.mark.parametrize(
    ("option", "given", "said"),
    [
        ("--email", "ana", "«ana» is no email address"),
        ("--password", "7 signs", "The password must have 8 to 128 characters."),
        ("--password", "x" * 129, "The password must have 8 to 128 characters."),
        ("--name", " ", "The person's name must have 1 to 255 characters."),
        ("--business", "", "The business's name must have 1 to 100 characters."),
        ("--business", "x" * 101, "The business's name must have 1 to 100 characters."),
    ],
)
def test_an_admin_with_whom_nobody_could_work_is_not_created(migrated: str, option: str, given: str, said: str) -> None:
    refused = central("create-admin", *ADMIN, option, given, url=migrated)
    assert (refused.returncode, refused.stderr.count("\n")) == (EXIT_CANNOT_CREATE, 1)
    assert said in refused.stderr
    assert rows(migrated, 'SELECT count(*) FROM "user"') == 0


@pytest.mark.parametrize("command", ["serve", "seed", "restored"])
def test_a_database_that_was_not_migrated_is_refused(command: str, postgres: TestPostgres) -> None:
    with postgres.database() as url:
        refused = central(command, url=url)
        assert refused.returncode == EXIT_WRONG_SCHEMA
        assert "avileo-server migrate" in refused.stderr


def test_a_database_of_a_newer_program_is_left_alone(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url)
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'server_9999'"))
        engine.dispose()
        refused = central("migrate", url=url)
        assert refused.returncode == EXIT_WRONG_SCHEMA
        assert "newer avileo-server" in refused.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://postgres:x@127.0.0.1:1/avileo", "cannot be reached: connection failed: "),
        pytest.param(
            "postgresql://postgres:x@127.0.0.1:1/avileo",
            "Connection refused",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows words it in its own language"),
        ),
        ("mysql://root@127.0.0.1/avileo", "not a postgresql:// URL"),
        ("garbage", "not a postgresql:// URL"),
    ],
)
def test_a_database_that_cannot_be_had_is_one_sentence(url: str, said: str) -> None:
    refused = central("serve", url=url)
    assert refused.returncode == EXIT_NO_DATABASE
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("command", ["adopt", "audit", "backup", "import", "restored", "tidy"])
def test_a_mistyped_folder_is_not_taken_for_an_empty_central(command: str, tmp_path: Path) -> None:
    folder, told = tmp_path / "mistyped", tmp_path / "told"
    told.write_text(PASSPHRASE, encoding="utf-8")
    write_handover(tmp_path / "till", Handover(NOBODY, NOBODY, "Caja 1", "2026-01-01T00:00:00.000000Z", []), PASSPHRASE)
    others = {
        "backup": [str(tmp_path / "central.backup")],
        "import": [str(tmp_path / "till"), "--by", "ana@example.com", "--password-file", str(told)],
    }
    refused = central(command, *others.get(command, []), "--data-dir", str(folder), url="")
    assert (refused.returncode, refused.stdout) == (EXIT_NO_DATABASE, "")
    assert f"There is no database in {folder}" in refused.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["till", "told"]


def test_a_folder_with_a_database_is_looked_after(tmp_path: Path) -> None:
    folder, file = tmp_path / "central", tmp_path / "central.backup"
    for command in (["migrate"], ["backup", str(file)], ["audit"]):
        done = central(*command, "--data-dir", str(folder), url="")
        assert (done.returncode, done.stderr) == (0, "")
    assert file.stat().st_size > 0


def test_two_migrations_at_once_are_as_one(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        both = [launch("migrate", url=url) for _ in range(2)]
        assert [ended(process).returncode for process in both] == [0, 0]


def test_serving_with_two_workers_answers_and_ends_in_order(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url, served_at=service_url(url))
        port = free_port()
        process = launch("serve", "--port", str(port), "--workers", "2", url=url, served_at=service_url(url))
        try:
            assert wait_until_ready(port)
        finally:
            tell_to_end(process)
            finished = ended(process)
        assert finished.returncode == 0


def test_central_ends_in_order_while_its_input_is_open(tmp_path: Path) -> None:
    port = free_port()
    process = launch("serve", "--port", str(port), "--until-input-ends", "--data-dir", str(tmp_path), url="")
    assert wait_until_ready(port)
    tell_to_end(process)
    assert process.wait(timeout=120) == 0
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()
    ended(process)


def test_central_ends_in_order_with_its_input(tmp_path: Path) -> None:
    port = free_port()
    process = launch("serve", "--port", str(port), "--until-input-ends", "--data-dir", str(tmp_path), url="")
    assert wait_until_ready(port)
    assert ended(process).returncode == 0
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()


def test_a_mail_address_that_cannot_work_is_told_before_anything_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "mail.example")
    refused = central("serve", url="postgresql://nobody@127.0.0.1:1/nothing")
    assert refused.returncode == EXIT_WRONG_SETTINGS
    assert "SMTP_URL must look like smtp://" in refused.stderr


def test_a_port_that_another_program_has_is_told_in_one_sentence(migrated: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = central("serve", "--port", port, url=migrated, served_at=service_url(migrated))
    assert (refused.returncode, refused.stderr.count("\n")) == (EXIT_CANNOT_LISTEN, 1)
    assert f"avileo-server: Central cannot listen on 127.0.0.1, port {port}: " in refused.stderr


def test_an_address_that_no_machine_has_is_told_in_one_sentence(migrated: str) -> None:
    refused = central("serve", "--host", "300.1.1.1", url=migrated, served_at=service_url(migrated))
    assert (refused.returncode, refused.stderr.count("\n")) == (EXIT_CANNOT_LISTEN, 1)
    assert "avileo-server: Central cannot listen on 300.1.1.1, port 8000: " in refused.stderr


def test_central_serves_only_as_a_role_to_which_one_business_is_shown(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url)
        refused = central("serve", url=url)
        assert refused.returncode == EXIT_NOT_CONFINED
        assert "«postgres» is a superuser" in refused.stderr
        assert "OWNER_DATABASE_URL" in refused.stderr


def test_migrating_makes_the_role_that_serves(postgres: TestPostgres) -> None:
    served_at = "//pos_stall:a%40new%25password@"
    with postgres.database() as url:
        address = re.sub("//.*@", served_at, url)
        try:
            for _ in range(2):
                assert central("migrate", url=url, served_at=address).returncode == 0
            assert rows(address, "SELECT count(*) FROM sales") == 0
        finally:
            with psycopg.connect(url) as connection:
                connection.execute("DROP OWNED BY pos_stall")
                connection.execute("DROP ROLE pos_stall")


def test_the_operator_is_told_that_the_audit_chain_is_whole_or_where_it_is_not(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url, served_at=service_url(url))
        central("create-admin", *ADMIN, url=url)
        whole = central("audit", url=url)
        assert (whole.returncode, "«Granja Ana»: 1 entries, ending with" in whole.stdout) == (0, True)
        with psycopg.connect(url) as connection:
            connection.execute("UPDATE audit_entries SET action = 'nothing'")
        flawed = central("audit", url=url)
        assert (flawed.returncode, "Entry 1 was changed." in flawed.stderr) == (EXIT_AUDIT_FLAWED, True)
        named = central("audit", "--business", whole.stdout.split()[0], url=service_url(url))
        assert "«Granja Ana»: 1 entries" in named.stdout
        confined = central("audit", url=service_url(url))
        assert (confined.returncode, "--business ID" in confined.stderr) == (EXIT_NOT_CONFINED, True)


def test_the_operator_has_forgotten_what_has_had_its_time(postgres: TestPostgres) -> None:
    with postgres.database() as url:
        central("migrate", url=url, served_at=service_url(url))
        central("create-admin", *ADMIN, url=url)
        with psycopg.connect(url) as connection:
            over = "SELECT id, id, '2026-01-01', id FROM \"user\""
            connection.execute(f"INSERT INTO session (id, token, expires_at, user_id) {over}")
        tidied = [central("tidy", url=url).stdout for _ in range(2)]
        assert ["0 receipts, 1 rows" in tidied[0], "0 receipts, 0 rows" in tidied[1]] == [True, True]
        confined = central("tidy", url=service_url(url))
        assert (confined.returncode, "--business ID" in confined.stderr) == (EXIT_NOT_CONFINED, True)


@pytest.mark.parametrize("command", ["audit", "tidy"])
def test_a_business_that_is_not_there_is_not_looked_after(migrated: str, command: str) -> None:
    refused = central(command, "--business", NOBODY, url=migrated)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"There is no business {NOBODY}." in refused.stderr


def central(*arguments: str, url: str, served_at: str = "") -> subprocess.CompletedProcess[str]:
    return ended(launch(*arguments, url=url, served_at=served_at))


def ended(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def launch(*arguments: str, url: str, served_at: str = "") -> subprocess.Popen[str]:
    """`url` is the owner's address; central serves at it too unless another is given."""
    return subprocess.Popen(
        [sys.executable, "-m", "avileo_pos.server", *arguments],
        env=os.environ | {"DATABASE_URL": served_at or url, "OWNER_DATABASE_URL": url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent,
        creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
    )


def tell_to_end(process: subprocess.Popen[str]) -> None:
    """As systemd does, or as a console of Windows does."""
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def rows(url: str, question: str) -> int:
    with psycopg.connect(url) as connection:
        answer = connection.execute(question).fetchone()
    assert answer is not None
    return int(answer[0])


def wait_until_ready(port: int) -> bool:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").is_success:
                return True
        except httpx.HTTPError:
            time.sleep(0.1)
    return False


def test_a_database_with_a_business_becomes_no_branch(postgres: TestPostgres, tmp_path: Path) -> None:
    (tmp_path / "code").write_text("GALLO-4831-PATA", encoding="utf-8")
    file = tmp_path / "word.jsonl"
    file.write_text(f'{{"business_id": "{NOBODY}", "epoch": "one", "head": 1}}\n', encoding="utf-8")
    with postgres.database() as url:
        central("migrate", url=url)
        central("seed", url=url)
        without_code = central("branch", str(file), "--code-file", str(tmp_path / "missing"), url=url)
        assert without_code.returncode == 2
        refused = central("branch", str(file), "--code-file", str(tmp_path / "code"), url=url)
        assert (refused.returncode, "has a business already" in refused.stderr) == (EXIT_CANNOT_BRANCH, True)
        assert rows(url, "SELECT count(*) FROM businesses") == 1


@pytest.mark.parametrize("content", ["# Avileo\n", '{"type": "avileo-handover-1", "sealed": ""}', "", b"\xff\xfe\n"])
def test_a_file_for_something_else_makes_no_branch_and_asks_for_no_code(content: str | bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused = central("branch", str(file), "--code-file", "nowhere", "--data-dir", str(tmp_path / "central"), url="")
    assert (refused.returncode, refused.stderr) == (
        EXIT_CANNOT_BRANCH,
        f"avileo-server: {file} is not what a till has written for a branch. "
        "What a till has exported is for `avileo-server import`.\n",
    )
    assert list(tmp_path.iterdir()) == [file]


def test_where_there_is_no_file_there_is_no_branch(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        refused = central("branch", str(path), "--code-file", "-", url="")
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
        assert "does not exist" in refused.stderr or "is a directory" in refused.stderr
