"""What stands on the counter while selling, read at one moment."""

from dataclasses import dataclass
from uuid import UUID

from avileo_pos.queries.cash_session import open_cash_session_id
from avileo_pos.queries.customer import CustomerRow, UsualLine, customer_row, usual_order
from avileo_pos.queries.distribucion import DistribucionRow, my_distribucion
from avileo_pos.queries.parked_sale import ParkedSale, parked_sales
from avileo_pos.queries.product import Envase, ProductTile, envases, product_tiles
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class Counter:
    """`customer` is the one asked for, with today's debt, and `usual` what that one always takes.

    `distribucion` is None where the business has none.
    """

    products: tuple[ProductTile, ...]
    envases: tuple[Envase, ...]
    distribucion: DistribucionRow | None
    drawer_is_open: bool
    parked: tuple[ParkedSale, ...]
    customer: CustomerRow | None
    usual: tuple[UsualLine, ...]


def counter(work: Work, customer_id: UUID | None) -> Counter:
    """Raises BusinessRuleBroken("not_found") for a customer who is not here."""
    return Counter(
        products=product_tiles(work),
        envases=envases(work),
        distribucion=my_distribucion(work) if work.business.rules.uses_distribution else None,
        drawer_is_open=open_cash_session_id(work) is not None,
        parked=parked_sales(work),
        customer=customer_row(work, customer_id) if customer_id else None,
        usual=usual_order(work, customer_id) if customer_id else (),
    )
