"""Finding customers while typing, and what is known of one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, text

from avileo_pos.domain.identity import folded
from avileo_pos.queries.customer import CustomerFilter, customer_card, list_customers, search_customers, usual_order
from avileo_pos.queries.search import contains, glob_pattern, like_pattern
from avileo_pos.queries.statement import StatementKind, statement
from avileo_pos.tables.shared import customers
from avileo_pos.usecases.abono import RegisterAbono, register_abono
from avileo_pos.usecases.sale import VoidSale, void_sale
from tests.desktop.shop import BUSINESS, FRIDAY, JOSE, PEPA, ROSA, customer_id
from tests.till import Till, credit_sale, line, soles

LUIS = customer_id("Luis Cárdenas")
JUANA = customer_id("Juana Mamani")


def _found(till: Till, said: str) -> list[str]:
    return [row.name for row in till.ask(search_customers, said)]


def test_accents_and_capitals_do_not_matter(till: Till) -> None:
    assert _found(till, "nandu") == _found(till, "ÑANDÚ") == ["Restaurante El Ñandú"]
    assert _found(till, "cardenas") == ["Luis Cárdenas"]


def test_nothing_is_looked_for_under_three_letters(till: Till) -> None:
    assert _found(till, "lu") == []
    assert _found(till, "luc") == ["Luis Cárdenas"]


def test_words_are_found_in_any_order(till: Till) -> None:
    assert _found(till, "diaz maria") == ["María Ángeles Díaz"]


def test_a_nickname_a_phone_and_a_dni_find_too(till: Till) -> None:
    assert _found(till, "angelita") == ["María Ángeles Díaz"]
    assert _found(till, "955 111") == ["Restaurante El Ñandú"]
    assert _found(till, "+51 955111222") == ["Restaurante El Ñandú"]
    assert _found(till, "09876543") == ["Luis Cárdenas"]


def test_who_begins_with_the_text_comes_first(till: Till) -> None:
    _add_customer(till, "Ana Luisa Poma")
    assert _found(till, "luis") == ["Luis Cárdenas", "Ana Luisa Poma"]


def test_who_was_deactivated_is_not_found(till: Till) -> None:
    with till.replica.writing() as db:
        db.execute(customers.update().where(customers.c.id == LUIS).values(is_active=False))
    assert _found(till, "cardenas") == []
    assert LUIS not in {row.id for row in till.ask(list_customers).rows}


def test_wildcards_of_the_database_are_letters_like_others(till: Till) -> None:
    assert _found(till, "%_%") == []
    assert _found(till, "[a]") == []
    _add_customer(till, "100% Pollo")
    assert _found(till, "100%") == ["100% Pollo"]


spanish = st.text(st.sampled_from("aábcdeéiíñnouüúzAÁÑÜ %_*?[]^-'çÇß"), max_size=12)


@given(name=spanish, word=spanish)
def test_a_word_is_found_exactly_where_its_folded_form_stands(name: str, word: str) -> None:
    with create_engine("sqlite://").connect() as db:
        patterns = {"like_w": like_pattern(word), "glob_w": glob_pattern(word), "name": name}
        found = db.exec_driver_sql(f"SELECT {contains([':name'], 'w')}", patterns).scalar()
    assert bool(found) == (folded(word) in folded(name))


def test_a_search_tells_balance_available_credit_and_age_before_weighing(till: Till) -> None:
    [juana] = till.ask(search_customers, "juana")
    assert juana.balance == Decimal("320.50")
    assert juana.available == Decimal("179.50")
    assert juana.oldest_debt_days == 90
    [luis] = till.ask(search_customers, "lucho")
    assert (luis.balance, luis.available, luis.oldest_debt_days) == (Decimal("0.00"), None, None)


def test_an_abono_covers_the_oldest_debt_first(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(JUANA, line("Pechuga", "1.000")))
    till.do(register_abono, RegisterAbono(uuid4(), JUANA, (soles("320.50"),)))
    [juana] = till.ask(search_customers, "juana")
    assert (juana.balance, juana.oldest_debt_days) == (Decimal("15.50"), 0)


def test_a_page_of_the_list_goes_by_name_and_the_sums_are_of_all(till: Till) -> None:
    first = till.ask(list_customers, limit=2)
    second = till.ask(list_customers, limit=2, offset=2)
    names = [row.name for row in (*first.rows, *second.rows)]
    assert names == sorted(names)
    assert first.count == second.count == 5
    assert first.total_debt == Decimal("1600.00")


def test_a_list_can_be_narrowed_by_a_word_and_a_debt(till: Till) -> None:
    owing = till.ask(list_customers, CustomerFilter.CON_DEUDA, "san jose")
    assert [row.name for row in owing.rows] == ["Pollería San José"]
    assert owing.total_debt == Decimal("45.00")


def test_a_card_holds_everything_written_down(till: Till) -> None:
    card = till.ask(customer_card, JUANA)
    assert card.opening_balance == Decimal("320.50")
    assert card.figures.apodo == "La casera"
    assert card.created_at == FRIDAY - timedelta(days=90)


def test_the_usual_order_is_what_most_last_sales_held_with_the_latest_quantity(till: Till) -> None:
    till.open_drawer()
    for whole, breast in (("2.000", "1.000"), ("2.500", None), ("3.000", None)):
        lines = [line("Pollo entero", whole)] + ([line("Pechuga", breast)] if breast else [])
        till.sell(credit_sale(LUIS, *lines))
        till.clock.go_on(minutes=5)
    [usual] = till.ask(usual_order, LUIS)
    assert (usual.product_name, usual.quantity) == ("Pollo entero", Decimal("3.000"))


# --- The statement ---------------------------------------------------------------------------------------------------


def test_a_statement_runs_from_the_opening_balance_to_the_debt(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(JUANA, line("Pechuga", "1.000")))
    till.clock.go_on(minutes=1)
    till.do(register_abono, RegisterAbono(uuid4(), JUANA, (soles("100.00"),)))
    told = till.ask(statement, JUANA)
    assert [(row.kind, row.balance) for row in told.lines] == [
        (StatementKind.SALDO_INICIAL, Decimal("320.50")),
        (StatementKind.VENTA, Decimal("336.00")),
        (StatementKind.ABONO, Decimal("236.00")),
    ]
    assert told.balance == Decimal("236.00")
    assert told.aging.over_30_days == Decimal("220.50")
    assert told.aging.days_0_to_7 == Decimal("15.50")


def test_a_voided_sale_stays_in_the_statement_and_does_nothing(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(credit_sale(JUANA, line("Pechuga", "1.000")))
    till.do(void_sale, VoidSale(sold.sale_id, "se equivocó"))
    voided = till.ask(statement, JUANA).lines[-1]
    assert voided.voided
    assert (voided.amount, voided.change) == (Decimal("15.50"), Decimal("0.00"))
    assert voided.balance == Decimal("320.50")


def test_what_other_stalls_sold_opens_the_statement_so_that_it_ends_at_the_true_debt(till: Till) -> None:
    till.open_drawer()
    till.open_drawer(by=JOSE)
    till.sell(credit_sale(JUANA, line("Pechuga", "1.000")), by=JOSE)
    till.sell(credit_sale(JUANA, line("Pechuga", "2.000")))
    seen_by_rosa, seen_by_pepa = till.ask(statement, JUANA), till.ask_as(PEPA, statement, JUANA)
    assert [row.kind for row in seen_by_rosa.lines][:2] == [StatementKind.SALDO_INICIAL, StatementKind.OTROS_PUESTOS]
    assert seen_by_rosa.lines[1].change == Decimal("15.50")
    assert StatementKind.OTROS_PUESTOS not in {row.kind for row in seen_by_pepa.lines}
    assert seen_by_rosa.lines[-1].balance == seen_by_pepa.lines[-1].balance == Decimal("367.00")


def test_a_debt_from_elsewhere_is_not_called_old(till: Till) -> None:
    with till.replica.writing() as db:
        db.execute(text("UPDATE customer_balances SET balance = 9900 WHERE id = :id"), {"id": str(LUIS)})
    told = till.ask(statement, LUIS)
    assert told.balance == told.aging.days_0_to_7 == Decimal("99.00")
    assert told.oldest_debt_days == 0


def _add_customer(till: Till, name: str) -> UUID:
    born = uuid4()
    row = {
        "business_id": BUSINESS.id,
        "id": born,
        "name": name,
        "is_active": True,
        "sync_status": "synced",
        "created_by": ROSA.member_id,
        "created_at": FRIDAY,
        "updated_at": FRIDAY,
    }
    with till.replica.writing() as db:
        db.execute(insert(customers).values(row))
    return born
