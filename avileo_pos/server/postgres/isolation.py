"""The second wall between businesses: central serves as a role to which PostgreSQL shows one business at a time.

The policies stand in the migrations. They bind every role but superusers and those with BYPASSRLS, so central serves
as a role of its own, which owns nothing and may do with each table only what central does with it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from psycopg import sql
from sqlalchemy import Connection, Table
from sqlalchemy.engine import make_url

from avileo_pos.server.postgres.database import quoted
from avileo_pos.tables import server
from avileo_pos.tables.base import metadata
from avileo_pos.tables.shared import SYNCED_TABLES

SERVICE_ROLE: Final = "pos_app"

_NEVER_CHANGED: Final = frozenset({server.audit_entries, server.sync_operations, server.sync_conflicts, server.reviews})
_NEVER_DELETED: Final = frozenset(
    {
        *SYNCED_TABLES,
        server.sync_counters,
        server.devices,
        server.invitations,
        server.central_identity,
        server.system_config,
    }
)

_TABLES: Final = tuple(table for table in metadata.sorted_tables if "server" in table.info["in"])

# Whoever may become another role may do what that one may.
_UNCONFINED: Final = """
    SELECT r.rolname, r.rolsuper, r.rolbypassrls FROM pg_roles r
    WHERE pg_has_role(current_user, r.oid, 'MEMBER')
      AND (r.rolsuper OR r.rolbypassrls OR EXISTS (
        SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.oid = ANY(%(tables)s::regclass[])))
    ORDER BY r.rolname = current_user DESC LIMIT 1
"""


class NotConfined(Exception):  # noqa: N818 - the name says what happened
    """The role as which central would serve could see more than one business at a time; the message says why."""


def service_url(owner_url: str) -> str:
    """The address at which central serves a database whose owner's address is this one, by a password derived."""
    url = make_url(owner_url)
    password = hmac.new(str(url.password).encode(), SERVICE_ROLE.encode(), hashlib.sha256).hexdigest()
    return url.set(username=SERVICE_ROLE, password=password).render_as_string(hide_password=False)


def make_service_role(connection: Connection, url: str) -> None:
    """Make the role of this address, or give it the password of the address where it is there already."""
    asked = make_url(url)
    role = str(asked.username)
    known = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).one_or_none()
    connection.exec_driver_sql(
        f"{'ALTER' if known else 'CREATE'} ROLE {_name(role)}"
        " LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
        f" PASSWORD {quoted(_scrambled(connection, role, str(asked.password or '')))}"
    )


def grant_service(connection: Connection, role: str) -> None:
    """Give the role the rights that central needs in this database; it may be repeated."""
    _grant(connection, f"CONNECT ON DATABASE {_name(str(connection.engine.url.database))}", role)
    _grant(connection, "USAGE ON SCHEMA public", role)
    _grant(connection, "SELECT ON alembic_version", role)
    for table in _TABLES:
        _grant(connection, f"{_rights_on(table)} ON {_name(table.name)}", role)


def require_confined(connection: Connection) -> None:
    """Raises NotConfined for a connection whose role the policies do not bind, or that could lift them."""
    found = connection.exec_driver_sql(_UNCONFINED, {"tables": [_name(table.name) for table in _TABLES]}).one_or_none()
    if found is None:
        return
    role, is_superuser, bypasses = found
    why = "is a superuser" if is_superuser else "has BYPASSRLS" if bypasses else "owns the tables"
    raise NotConfined(
        f"Central does not serve as a role that can see all businesses at once, and «{role}» {why}. Put this address "
        f"into OWNER_DATABASE_URL, and one with a role of its own into DATABASE_URL, such as postgresql://"
        f"{SERVICE_ROLE}:A_NEW_PASSWORD@...; then run `avileo-server migrate`, which makes that role."
    )


def sees_every_business(connection: Connection) -> bool:
    """Whether the policies do not bind this role, as an operator's must be to look after all businesses at once."""
    asked = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    return bool(connection.exec_driver_sql(asked).scalar_one())


def _rights_on(table: Table) -> str:
    if table in _NEVER_CHANGED:
        return "SELECT, INSERT"
    if table in _NEVER_DELETED:
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, UPDATE, DELETE"


def _scrambled(connection: Connection, role: str, password: str) -> str:
    """The password as PostgreSQL keeps it, so that the password itself stands in no log of statements."""
    pgconn = connection.connection.driver_connection.pgconn  # type: ignore[union-attr]  # psycopg's own connection
    return str(pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode())


def _grant(connection: Connection, right: str, role: str) -> None:
    connection.exec_driver_sql(f"GRANT {right} TO {_name(role)}")


def _name(name: str) -> str:
    return sql.Identifier(name).as_string().replace("%", "%%")
