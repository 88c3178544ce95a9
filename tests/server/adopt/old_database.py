"""Databases as other backends have made them, built from the specification's columns alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import sql

from avileo_pos.server.adopt.adopting import NothingToAdopt, adopt, plan_adoption
from avileo_pos.server.adopt.plan import Plan
from avileo_pos.server.adopt.staging import Answers
from avileo_pos.server.postgres.database import Database
from avileo_pos.server.postgres.isolation import SERVICE_ROLE, grant_service
from tests.postgres import TestPostgres

THEN: Final = datetime(2025, 6, 10, 15, 30, tzinfo=UTC).replace(tzinfo=None)
"""Half past ten in the morning in Lima, in UTC as the old tables keep it."""

Row = dict[str, Any]

ENUMS: Final = """
CREATE TYPE user_role AS ENUM ('admin', 'vendedor');
CREATE TYPE business_user_role AS ENUM ('admin_negocio', 'vendedor');
CREATE TYPE sync_status AS ENUM ('pending', 'synced', 'error');
CREATE TYPE sale_type AS ENUM ('contado', 'credito');
CREATE TYPE payment_method AS ENUM ('efectivo', 'yape', 'plin', 'transferencia');
CREATE TYPE product_type AS ENUM ('pollo', 'huevo', 'otro');
CREATE TYPE product_unit AS ENUM ('kg', 'unidad');
CREATE TYPE distribucion_status AS ENUM ('activo', 'cerrado', 'en_ruta');
CREATE TYPE modo_operacion AS ENUM ('inventario_propio', 'sin_inventario', 'pedidos', 'mixto');
"""

BETTER_AUTH: Final = """
CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE,
  email_verified boolean NOT NULL DEFAULT false, image text, created_at timestamp NOT NULL DEFAULT now(),
  updated_at timestamp NOT NULL DEFAULT now());
CREATE TABLE session (id text PRIMARY KEY, expires_at timestamp NOT NULL, token text NOT NULL UNIQUE,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL, ip_address text, user_agent text,
  user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE);
CREATE TABLE account (id text PRIMARY KEY, account_id text NOT NULL, provider_id text NOT NULL,
  user_id text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE, access_token text, refresh_token text,
  id_token text, access_token_expires_at timestamp, refresh_token_expires_at timestamp, scope text, password text,
  created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL);
CREATE TABLE verification (id text PRIMARY KEY, identifier text NOT NULL, value text NOT NULL,
  expires_at timestamp NOT NULL, created_at timestamp NOT NULL DEFAULT now(), updated_at timestamp NOT NULL);
CREATE INDEX "account_userId_idx" ON account (user_id);
CREATE INDEX "session_userId_idx" ON session (user_id);
CREATE INDEX verification_identifier_idx ON verification (identifier);
"""

BETTER_AUTH_CAMEL_CASE: Final = """
CREATE TABLE "user" (id text PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE,
  "emailVerified" boolean NOT NULL, image text, "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now());
CREATE TABLE session (id text PRIMARY KEY, "expiresAt" timestamptz NOT NULL, token text NOT NULL UNIQUE,
  "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL, "ipAddress" text,
  "userAgent" text, "userId" text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE);
CREATE TABLE account (id text PRIMARY KEY, "accountId" text NOT NULL, "providerId" text NOT NULL,
  "userId" text NOT NULL REFERENCES "user" (id) ON DELETE CASCADE, "accessToken" text, "refreshToken" text,
  "idToken" text, "accessTokenExpiresAt" timestamptz, "refreshTokenExpiresAt" timestamptz, scope text, password text,
  "createdAt" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamptz NOT NULL);
CREATE TABLE verification (id text PRIMARY KEY, identifier text NOT NULL, value text NOT NULL,
  "expiresAt" timestamptz NOT NULL, "createdAt" timestamptz NOT NULL DEFAULT now(),
  "updatedAt" timestamptz NOT NULL DEFAULT now());
"""

COLUMNS: Final[Mapping[str, str]] = {
    "user_profiles": "id uuid, user_id varchar(255), dni varchar(20), phone varchar(50), birth_date date,"
    " avatar_url varchar(255), is_active boolean, created_at timestamp, updated_at timestamp",
    "businesses": "id uuid, name varchar(100), ruc varchar(20), address text, phone varchar(20), email varchar(100),"
    " logo_url varchar(255), modo_operacion varchar(50), control_kilos boolean, usar_distribucion boolean,"
    " permitir_venta_sin_stock boolean, is_active boolean, created_at timestamp, updated_at timestamp",
    "business_users": "id uuid, business_id uuid, user_id varchar(255), role business_user_role,"
    " sales_point varchar(100), commission_rate decimal(5,2), is_active boolean, joined_at timestamp,"
    " updated_at timestamp",
    "customers": "id uuid, name varchar(255), dni varchar(20), phone varchar(50), address text, notes text,"
    " sync_status sync_status, sync_attempts integer, business_id uuid, created_by uuid, created_at timestamp,"
    " updated_at timestamp",
    "products": "id uuid, name varchar(255), type product_type, unit product_unit, base_price decimal(10,2),"
    " is_active boolean, created_at timestamp",
    "inventory": "id uuid, product_id uuid, quantity decimal(10,3), updated_at timestamp",
    "distribuciones": "id uuid, business_id uuid, vendedor_id uuid, punto_venta varchar(100),"
    " kilos_asignados decimal(10,3), kilos_vendidos decimal(10,3), monto_recaudado decimal(12,2), fecha date,"
    " estado distribucion_status, sync_status sync_status, sync_attempts integer, created_at timestamp",
    "sales": "id uuid, business_id uuid, client_id uuid, seller_id uuid, distribucion_id uuid, sale_type sale_type,"
    " total_amount decimal(12,2), amount_paid decimal(12,2), balance_due decimal(12,2), tara decimal(10,3),"
    " net_weight decimal(10,3), sync_status sync_status, sync_attempts integer, sale_date timestamp,"
    " created_at timestamp",
    "sale_items": "id uuid, sale_id uuid, product_id uuid, product_name varchar(255), quantity decimal(10,3),"
    " unit_price decimal(10,2), subtotal decimal(12,2)",
    "abonos": "id uuid, business_id uuid, client_id uuid, seller_id uuid, amount decimal(12,2),"
    " payment_method payment_method, notes text, sync_status sync_status, sync_attempts integer, created_at timestamp",
    "system_config": "id uuid, modo_operacion modo_operacion, control_kilos boolean, usar_distribucion boolean,"
    " permitir_venta_sin_stock boolean, updated_at timestamp",
}
"""The specification's tables, parents before children, and their columns."""

DRIZZLE: Final = (
    "\n".join(f"ALTER TABLE {table} ADD PRIMARY KEY (id), ALTER id SET DEFAULT gen_random_uuid();" for table in COLUMNS)
    + "".join(
        f"ALTER TABLE {table} ALTER sync_status SET DEFAULT 'pending', ALTER sync_status SET NOT NULL,"
        " ALTER sync_attempts SET DEFAULT 0, ALTER sync_attempts SET NOT NULL,"
        " ALTER created_at SET DEFAULT now(), ALTER created_at SET NOT NULL;"
        for table in ("customers", "sales", "abonos", "distribuciones")
    )
    + """
ALTER TABLE user_profiles ADD FOREIGN KEY (user_id) REFERENCES "user" (id);
ALTER TABLE business_users ADD FOREIGN KEY (user_id) REFERENCES "user" (id);
ALTER TABLE business_users ADD FOREIGN KEY (business_id) REFERENCES businesses (id);
ALTER TABLE customers ADD FOREIGN KEY (business_id) REFERENCES businesses (id);
ALTER TABLE customers ADD FOREIGN KEY (created_by) REFERENCES business_users (id);
ALTER TABLE inventory ADD FOREIGN KEY (product_id) REFERENCES products (id);
ALTER TABLE distribuciones ADD FOREIGN KEY (vendedor_id) REFERENCES business_users (id);
ALTER TABLE sales ADD FOREIGN KEY (client_id) REFERENCES customers (id);
ALTER TABLE sales ADD FOREIGN KEY (seller_id) REFERENCES business_users (id);
ALTER TABLE sales ADD FOREIGN KEY (distribucion_id) REFERENCES distribuciones (id);
ALTER TABLE sale_items ADD FOREIGN KEY (sale_id) REFERENCES sales (id);
ALTER TABLE sale_items ADD FOREIGN KEY (product_id) REFERENCES products (id);
ALTER TABLE abonos ADD FOREIGN KEY (client_id) REFERENCES customers (id);
CREATE INDEX sales_business_idx ON sales (business_id);
"""
)


def by_drizzle(url: str) -> None:
    """The tables with the keys, defaults and rules that Drizzle gives them."""
    _make(url, ENUMS, BETTER_AUTH, _tables(), DRIZZLE)


def by_columns_alone(url: str) -> None:
    """The tables with nothing but their columns, so that any row fits."""
    _make(url, ENUMS, BETTER_AUTH, _tables())


def with_texts_for_enums(url: str) -> None:
    """Of an old version: every enum is a text, an amount may have any precision, an instant has a zone."""
    tables = _tables()
    for enum in ("business_user_role", "sync_status", "product_type", "product_unit", "distribucion_status"):
        tables = tables.replace(f" {enum},", " text,")
    tables = tables.replace("sale_type sale_type", "sale_type varchar(20)").replace("timestamp", "timestamptz")
    tables = tables.replace("payment_method payment_method", "payment_method text").replace("decimal(12,2)", "numeric")
    _make(url, BETTER_AUTH, tables.replace("modo_operacion modo_operacion", "modo_operacion text"))


def _tables() -> str:
    return "".join(f"CREATE TABLE {name} ({columns});" for name, columns in COLUMNS.items())


def _make(url: str, *statements: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("".join(statements))


def new_id() -> str:
    return str(uuid4())


@dataclass(slots=True)
class OldShop:
    """A shop's rows in an old database. Every method adds a row and returns its id."""

    url: str
    business: str = ""
    ana: str = ""
    beto: str = ""
    people: dict[str, str] = field(default_factory=dict)

    @classmethod
    def opened(cls, url: str) -> OldShop:
        """With one business, its admin Ana and its vendedor Beto."""
        shop = cls(url)
        shop.business = shop.add_business("Pollos Rosita")
        shop.ana = shop.add_member("Ana", "admin_negocio")
        shop.beto = shop.add_member("Beto", "vendedor")
        return shop

    def add(self, table: str, **row: Any) -> str:
        row = {"id": new_id()} | row
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        places = sql.SQL(", ").join(sql.Placeholder() for _ in row)
        statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, places)
        with psycopg.connect(self.url) as connection:
            connection.execute(statement, list(row.values()))
        return str(row["id"])

    def add_business(self, name: str, **other: Any) -> str:
        row = {"modo_operacion": "mixto", "control_kilos": True, "usar_distribucion": True}
        row |= {"permitir_venta_sin_stock": True, "is_active": True, "created_at": THEN, "updated_at": THEN}
        return self.add("businesses", **row | {"name": name, **other})

    def add_user(self, name: str, email: str = "") -> str:
        self.people[name] = self.add(
            "user",
            id=new_id().replace("-", ""),
            name=name,
            email=email or f"{name.lower()}@example.com",
            updated_at=THEN,
        )
        return self.people[name]

    def add_member(self, name: str, role: str | None, business: str = "", **other: Any) -> str:
        user = self.people.get(name) or self.add_user(name)
        row = {"business_id": business or self.business, "user_id": user, "role": role, "sales_point": "Carro A"}
        row |= {"commission_rate": 5, "is_active": True, "joined_at": THEN, "updated_at": THEN}
        return self.add("business_users", **row | other)

    def add_customer(self, name: str | None = "Casera Rosa", **other: Any) -> str:
        row = {"business_id": self.business, "created_by": self.ana, "sync_status": "synced", "sync_attempts": 0}
        return self.add("customers", **row | {"name": name, "created_at": THEN, "updated_at": THEN} | other)

    def add_product(self, name: str | None = "Pollo entero", **other: Any) -> str:
        row = {"name": name, "type": "pollo", "unit": "kg", "base_price": 8.5, "is_active": True, "created_at": THEN}
        return self.add("products", **row | other)

    def add_sale(self, client: str | None = None, total: Any = 85, paid: Any = None, **other: Any) -> str:
        """What is not paid stays on credit."""
        paid = total if paid is None else paid
        row = {"business_id": self.business, "client_id": client, "seller_id": self.beto, "total_amount": total}
        row |= {"sale_type": "contado" if paid == total else "credito", "amount_paid": paid}
        row |= {"tara": 0, "net_weight": 10, "sync_status": "synced", "sync_attempts": 0}
        row |= {"sale_date": THEN, "created_at": THEN}
        if "balance_due" not in other:
            row["balance_due"] = total - paid
        return self.add("sales", **row | other)

    def add_item(self, sale: str | None, product: str | None, quantity: Any = 10, **other: Any) -> str:
        row = {"sale_id": sale, "product_id": product, "product_name": "Pollo entero", "quantity": quantity}
        return self.add("sale_items", **row | {"unit_price": 8.5, "subtotal": 85} | other)

    def add_abono(self, client: str | None, amount: Any, **other: Any) -> str:
        row = {"business_id": self.business, "client_id": client, "seller_id": self.ana, "amount": amount}
        row |= {"payment_method": "yape", "sync_status": "synced", "sync_attempts": 0, "created_at": THEN}
        return self.add("abonos", **row | other)

    def add_distribucion(self, **other: Any) -> str:
        row = {"business_id": self.business, "vendedor_id": self.beto, "punto_venta": "Carro A", "kilos_asignados": 50}
        row |= {"kilos_vendidos": 0, "monto_recaudado": 0, "fecha": THEN.date(), "estado": "cerrado"}
        row |= {"sync_status": "synced", "sync_attempts": 0, "created_at": THEN}
        return self.add("distribuciones", **row | other)

    def run(self, statement: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement)

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return list(connection.execute(question, values))

    def value(self, question: str, *values: Any) -> Any:
        [row] = self.rows(question, *values)
        return row[0]

    def plan(self, answers: Answers | None = None) -> Plan:
        """What adopting would do."""
        with Database.connect(self.url) as database, database.engine.connect() as connection:
            found = plan_adoption(connection, answers or Answers())
        assert isinstance(found, Plan)
        return found

    def adopt(self, answers: Answers | None = None) -> Plan:
        """Adopt the database, which must be possible."""
        with Database.connect(self.url) as database, database.engine.begin() as connection:
            plan = adopt(connection, answers or Answers())
            if isinstance(plan, Plan) and plan.can_be_carried_out:
                grant_service(connection, SERVICE_ROLE)
        assert not isinstance(plan, NothingToAdopt)
        assert plan.can_be_carried_out, (plan.refusals, plan.questions)
        return plan


@contextmanager
def old_shop(postgres: TestPostgres, made: Any = by_columns_alone) -> Iterator[OldShop]:
    """A shop with two people in a database of its own."""
    with postgres.database(made) as url:
        yield OldShop.opened(url)
