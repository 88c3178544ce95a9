"""Whatever rows an old database holds: none is lost, every debt stays the same, and a till can take it all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from psycopg import sql

from avileo_pos.server.adopt.plan import Plan
from avileo_pos.server.adopt.staging import Answers
from tests.postgres import TestPostgres, make_tables
from tests.server.adopt.old_database import COLUMNS, THEN, OldShop, Row, by_columns_alone
from tests.server.adopt.reckoning import Table, debts_by_ours, debts_by_the_old_reckoning, rows_of, same
from tests.server.adopt.shape import shape
from tests.server.adopt.snapshot import held_by_central, taken_by_a_till
from tests.server.test_derived import CHECKS

Rows = Mapping[str, list[Row]]


def uuid_of(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 64) + number))


def some(kind: int, known: int = 3) -> st.SearchStrategy[str]:
    """The id of one that is there, seldom of one that is not."""
    return st.sampled_from([uuid_of(kind, number) for number in range(known)] * 3 + [uuid_of(kind, 99)])


BUSINESS, MEMBER, CUSTOMER, PRODUCT, DISTRIBUCION, SALE = range(1, 7)

HERE, ANA = uuid_of(BUSINESS, 50), uuid_of(MEMBER, 50)
businesses = st.sampled_from([HERE] * 4 + [uuid_of(BUSINESS, 0), uuid_of(BUSINESS, 99)])
members = st.sampled_from([ANA] * 4 + [uuid_of(MEMBER, 0), uuid_of(MEMBER, 1), uuid_of(MEMBER, 99)])
odd = st.sampled_from([None, Decimal("NaN"), Decimal("-1.5"), Decimal(0)])
moments = st.none() | st.sampled_from([THEN - timedelta(days=day, minutes=day) for day in range(40)])
soles = st.decimals(0, 300, places=2) | odd
kilos = st.decimals(0, 60, places=3) | odd
texts = st.sampled_from([None, "", "  ", "Rosa", "ROSA ", "Ñandú «x»", "a" * 100])
statuses = st.sampled_from([None, "pending", "synced", "error"])
attempts = st.none() | st.integers(0, 9)
modes = st.sampled_from([None, "mixto", "PEDIDOS", "rapido"])
flags = st.none() | st.booleans()


def table(kind: int, most: int, **columns: st.SearchStrategy[object]) -> st.SearchStrategy[list[Row]]:
    """Rows with ids from 0 up, so that others may refer to them."""
    rows = st.lists(st.fixed_dictionaries(dict(columns)), max_size=most)
    return rows.map(lambda made: [{"id": uuid_of(kind, number), **row} for number, row in enumerate(made)])


synced = {"sync_status": statuses, "sync_attempts": attempts, "created_at": moments}
databases: st.SearchStrategy[Rows] = st.fixed_dictionaries(
    {
        "businesses": table(BUSINESS, 1, name=texts, modo_operacion=modes, control_kilos=flags, created_at=moments),
        "business_users": table(
            MEMBER,
            4,
            business_id=businesses,
            user_id=st.sampled_from(["ana", "beto", "carla"]),
            role=st.sampled_from([None, "admin_negocio", "vendedor"]),
            commission_rate=st.decimals(0, 20, places=2) | odd,
            is_active=flags,
            joined_at=moments,
        ),
        "customers": table(
            CUSTOMER,
            4,
            name=texts,
            business_id=businesses,
            created_by=members,
            updated_at=moments,
            **synced,
        ),
        "products": table(
            PRODUCT,
            3,
            name=texts,
            type=st.sampled_from([None, "pollo", "huevo"]),
            unit=st.sampled_from([None, "kg", "unidad"]),
            base_price=soles,
            created_at=moments,
        ),
        "inventory": table(7, 3, product_id=some(PRODUCT), quantity=kilos, updated_at=moments),
        "distribuciones": table(
            DISTRIBUCION,
            2,
            business_id=businesses,
            vendedor_id=members,
            punto_venta=texts,
            kilos_asignados=kilos,
            kilos_vendidos=kilos,
            monto_recaudado=soles,
            fecha=st.none() | st.just(date(2025, 6, 1)),
            estado=st.sampled_from([None, "activo", "cerrado", "en_ruta"]),
            **synced,
        ),
        "sales": table(
            SALE,
            8,
            business_id=businesses,
            client_id=st.none() | some(CUSTOMER),
            seller_id=st.none() | members,
            distribucion_id=st.none() | some(DISTRIBUCION, 2),
            sale_type=st.sampled_from([None, "contado", "credito", "credito"]),
            total_amount=soles,
            amount_paid=soles,
            balance_due=soles,
            tara=kilos,
            net_weight=kilos,
            sale_date=moments,
            **synced,
        ),
        "sale_items": table(
            8,
            12,
            sale_id=some(SALE, 8),
            product_id=st.none() | some(PRODUCT),
            product_name=texts,
            quantity=kilos,
            unit_price=soles,
            subtotal=soles,
        ),
        "abonos": table(
            9,
            6,
            business_id=businesses,
            client_id=st.none() | some(CUSTOMER),
            seller_id=members,
            amount=soles,
            payment_method=st.sampled_from([None, "efectivo", "plin"]),
            notes=texts,
            **synced,
        ),
        "system_config": table(10, 2, control_kilos=flags, updated_at=moments),
        "user_profiles": table(11, 2, user_id=st.sampled_from(["ana", "nobody"]), is_active=flags, updated_at=moments),
    }
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=databases)
def test_any_database_is_adopted_whole_or_refused_whole(postgres: TestPostgres, tmp_path: Path, rows: Rows) -> None:
    with postgres.database(with_an_admin) as url, postgres.database(make_tables) as ours:
        shop = OldShop(url, business=HERE)
        store(url, rows)
        before = rows_of(shop)
        asked = shop.plan()
        answers = Answers({UUID(each.product_id): UUID(shop.business) for each in asked.questions})
        plan = shop.plan(answers)
        event("refused" if plan.refusals else "adopted")
        if plan.refusals:
            assert rows_of(shop) == before
            return
        shop.adopt(answers)
        assert rows_of(shop, "before_adoption") == before
        require_every_value(shop, before, plan)
        assert debts_by_ours(shop) == debts_by_the_old_reckoning(before)
        assert shape(url) == shape(ours)
        for business, admin in admins(shop):
            for check in CHECKS:
                assert shop.rows(check.replace("%(business)s", f"'{business}'")) == []
            assert taken_by_a_till(shop, business, admin, tmp_path) == held_by_central(shop, business)


def with_an_admin(url: str) -> None:
    """Three people, and a business in which Ana is the admin, so that there always is one."""
    by_columns_alone(url)
    shop = OldShop(url)
    for name in ("ana", "beto", "carla"):
        shop.add("user", id=name, name=name.title(), email=f"{name}@example.com", updated_at=THEN)
    business = shop.add_business("Pollos Rosita", id=HERE)
    shop.people["Ana"] = "ana"
    shop.add_member("Ana", "admin_negocio", business, id=ANA)


def store(url: str, rows: Rows) -> None:
    with psycopg.connect(url) as connection:
        for name in COLUMNS:
            for row in rows[name]:
                names = sql.SQL(", ").join(map(sql.Identifier, row))
                places = sql.SQL(", ").join(sql.Placeholder() for _ in row)
                connection.execute(
                    sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(name), names, places),
                    list(row.values()),
                )


def admins(shop: OldShop) -> list[tuple[str, str]]:
    """A business and the user who sees all of it."""
    return shop.rows(
        "SELECT DISTINCT ON (b.id) b.id::text, m.user_id"
        " FROM businesses b JOIN business_users m ON m.business_id = b.id"
        " WHERE b.is_active AND m.is_active AND m.role = 'admin_negocio'"
    )


def require_every_value(shop: OldShop, before: Mapping[str, Table], plan: Plan) -> None:
    """Each old row stands in our table with its values, but for those that the plan names, and by as many."""
    for told in plan.tables:
        old = before.get(told.name, {})
        left = {row_id for each in told.left_behind for row_id in each.ids}
        found = standing(shop, told.name) if old else {}
        changed = [
            column
            for row_id, row in old.items()
            if row_id not in left
            for column in min((differences(row, now) for now in found[key_of(told.name, row)]), key=len)
        ]
        named = Counter({change.column: change.rows for change in told.changed})
        assert Counter(changed) == named + Counter(dict(told.filled)), told.name


def differences(was: Row, now: Row) -> list[str]:
    return [column for column in was if not same(was[column], now[column])]


def key_of(name: str, row: Row) -> str:
    return {"inventory": row.get("product_id"), "system_config": "one"}.get(name) or str(row["id"])


def standing(shop: OldShop, name: str) -> dict[str, list[Row]]:
    """Our rows by what the old table's row would be found by; a row may have copies in other businesses."""
    columns = COLUMN_NAMES[name]
    own = {"inventory": "product_id::text", "system_config": "'one'"}.get(name, "id::text")
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for key, *values in shop.rows(f"SELECT {own}, {', '.join(f'{each}::text' for each in columns)} FROM {name}"):
        found[key].append(dict(zip(columns, values, strict=True)))
    return found


COLUMN_NAMES = {name: [each.split()[0] for each in columns.split(", ")] for name, columns in COLUMNS.items()}
