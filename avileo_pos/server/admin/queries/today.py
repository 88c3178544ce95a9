"""The figures of a day by vendor, what all customers owe, and how far the tills have told of that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any, Final

from avileo_pos.domain.business_day import business_day_bounds
from avileo_pos.domain.distribution import Collected
from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.server.business.desk import Desk
from avileo_pos.server.business.reviews import Reviewable, nobody_looked_at, waits_untaken
from avileo_pos.tables.base import Instant

_NOTHING: Final = Collected()

_instant: Final = Instant().from_native


@dataclass(frozen=True, slots=True)
class DayOf:
    """What one vendor, or all together, sold and received in a day; voided sales and abonos are left out.

    `sold.total` is what was sold: total_amount less redondeo, as handed over or left owing.
    """

    name: str
    sales: int = 0
    kilos: Decimal = NO_KILOS
    sold: Collected = _NOTHING
    abonos: Collected = _NOTHING

    def __add__(self, other: DayOf) -> DayOf:
        return DayOf(
            self.name,
            self.sales + other.sales,
            self.kilos + other.kilos,
            _together(self.sold, other.sold),
            _together(self.abonos, other.abonos),
        )


@dataclass(frozen=True, slots=True)
class TillContact:
    """When a till last spoke with central, and so had sent what was done there; never, if it was only enrolled."""

    name: str
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToldUpTo:
    """How complete a day's figures are.

    `until` is when the till that has been quiet for longest told last, of those that have told of the day at all
    (None without any); the `silent` ones have not: what they sold is not in the figures.
    """

    until: datetime | None
    silent: Sequence[TillContact]


@dataclass(frozen=True, slots=True)
class Today:
    """A day of the business. `owed` is what all customers owe now, of whom there are `debtors`.

    `voided` are the day's sales that do not count any more, with what they would have come to; `to_review` is how much
    came up for review in the last 7 days.
    """

    day: date
    all: DayOf
    vendors: Sequence[DayOf]
    voided: int
    voided_total: Decimal
    owed: Decimal
    debtors: int
    to_review: int
    told: ToldUpTo


def read_day(desk: Desk, day: date) -> Today:
    """The vendors who sold or received something that day, the largest first."""
    vendors = [_day_of(row) for row in desk.connection.exec_driver_sql(_BY_VENDOR, _asked(desk, day=day)).mappings()]
    standing = desk.connection.exec_driver_sql(_STANDING, _asked(desk, day=day, lately=desk.today - _LATELY)).all()
    tills = [TillContact(row.name, row.last_seen_at and _instant(row.last_seen_at)) for row in standing if row.name]
    return Today(
        day=day,
        all=reduce(DayOf.__add__, vendors, DayOf("Todos")),
        vendors=vendors,
        voided=standing[0].voided,
        voided_total=standing[0].voided_total,
        owed=standing[0].owed,
        debtors=standing[0].debtors,
        to_review=standing[0].to_review,
        told=told_up_to(tills, desk, day),
    )


def told_up_to(tills: Iterable[TillContact], desk: Desk, day: date) -> ToldUpTo:
    """Of the running day a till has told that was heard of since it began, of a past one since it ended."""
    began, ended = business_day_bounds(day, desk.day_cutoff_hour)
    needed = began if day >= desk.today else ended
    told, silent = [], []
    for till in tills:
        if till.last_seen_at is None or till.last_seen_at < needed:
            silent.append(till)
        else:
            told.append(till.last_seen_at)
    return ToldUpTo(min(told, default=None), silent)


def _asked(desk: Desk, **more: Any) -> Mapping[str, Any]:
    return {"business": desk.business_id, **more}


def _day_of(row: Mapping[Any, Any]) -> DayOf:
    return DayOf(
        name=row["name"],
        sales=row["sales"],
        kilos=row["kilos"],
        sold=Collected(fiado=row["fiado"], **{method: row[f"sold_{method}"] for method in PaymentMethod}),
        abonos=Collected(**{method: row[f"abono_{method}"] for method in PaymentMethod}),
    )


def _together(one: Collected, other: Collected) -> Collected:
    names = (*PaymentMethod, "fiado")
    return Collected(**{name: getattr(one, name) + getattr(other, name) for name in names})


def _by_method(facts: str, payments: str, parent: str) -> str:
    sums = ", ".join(f"sum(p.amount) FILTER (WHERE p.method = '{method}') AS {method}" for method in PaymentMethod)
    return (
        f"SELECT f.seller_id, {sums} FROM {facts} f JOIN {payments} p"
        f" ON p.business_id = %(business)s AND p.{parent} = f.id GROUP BY f.seller_id"
    )


def _named(alias: str, prefix: str) -> str:
    return ", ".join(f"coalesce({alias}.{method}, {ZERO}) AS {prefix}_{method}" for method in PaymentMethod)


_BY_VENDOR: Final = f"""
    WITH sold AS MATERIALIZED (
      SELECT id, seller_id, total_amount - redondeo AS total, balance_due, net_weight FROM sales
      WHERE business_id = %(business)s AND business_date = %(day)s AND voided_at IS NULL
    ), received AS MATERIALIZED (
      SELECT id, seller_id FROM abonos
      WHERE business_id = %(business)s AND business_date = %(day)s AND voided_at IS NULL
    ), sums AS (
      SELECT seller_id, count(*) AS sales, sum(total) AS total, sum(balance_due) AS fiado, sum(net_weight) AS kilos
      FROM sold GROUP BY seller_id
    ), paid AS ({_by_method("sold", "sale_payments", "sale_id")}
    ), taken AS ({_by_method("received", "abono_payments", "abono_id")})
    SELECT u.name, coalesce(sums.sales, 0) AS sales, coalesce(sums.kilos, {NO_KILOS}) AS kilos,
      coalesce(sums.fiado, {ZERO}) AS fiado, {_named("paid", "sold")}, {_named("taken", "abono")}
    FROM business_users u
    LEFT JOIN sums ON sums.seller_id = u.id
    LEFT JOIN paid ON paid.seller_id = u.id
    LEFT JOIN taken ON taken.seller_id = u.id
    WHERE u.business_id = %(business)s AND (sums.seller_id IS NOT NULL OR taken.seller_id IS NOT NULL)
    ORDER BY sums.total DESC NULLS LAST, u.name
"""

_LATELY: Final = timedelta(days=6)  # with today a week
_LATELY_TO_REVIEW: Final = tuple(
    f"SELECT count(*) FROM {table} t WHERE t.business_id = %(business)s AND t.{when} >= %(lately)s AND {condition}"
    for table, when, condition in (
        ("sales", "business_date", "needs_review"),
        ("abonos", "business_date", "needs_review"),
        ("sync_operations", "received_at", waits_untaken("t")),
        ("sync_conflicts", "created_at", nobody_looked_at(Reviewable.DISPUTED, "t")),
    )
)

_STANDING: Final = f"""
    SELECT gone.*, owed.*, review.*, d.name, d.last_seen_at
    FROM (
      SELECT coalesce(sum(balance), {ZERO}) AS owed, count(*) AS debtors FROM customer_balances
      WHERE business_id = %(business)s AND balance > 0
    ) owed
    CROSS JOIN (
      SELECT count(*) AS voided, coalesce(sum(total_amount - redondeo), {ZERO}) AS voided_total FROM sales
      WHERE business_id = %(business)s AND business_date = %(day)s AND voided_at IS NOT NULL
    ) gone
    CROSS JOIN (SELECT {" + ".join(f"({count})" for count in _LATELY_TO_REVIEW)} AS to_review) review
    LEFT JOIN devices d ON d.business_id = %(business)s AND d.revoked_at IS NULL
    ORDER BY d.last_seen_at NULLS FIRST, d.name
"""
