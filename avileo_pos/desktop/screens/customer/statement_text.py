"""The estado de cuenta as a message: what a customer reads on the telephone."""

from __future__ import annotations

from urllib.parse import quote

from avileo_pos.domain.business_day import format_date
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.identity import normal_mobile
from avileo_pos.domain.money import format_soles
from avileo_pos.queries.statement import Statement, StatementKind, StatementLine

MOVEMENTS = {
    StatementKind.SALDO_INICIAL: "Saldo inicial",
    StatementKind.OTROS_PUESTOS: "Otros puestos",
    StatementKind.VENTA: "Venta",
    StatementKind.ABONO: "Abono",
}
_LINES_IN_A_MESSAGE = 15
_PERU = "51"


def statement_text(statement: Statement, business_name: str) -> str:
    """The last movements and the balance; voided ones are left out, as they changed nothing."""
    lines = [line for line in statement.lines if not line.voided]
    told = lines[-_LINES_IN_A_MESSAGE:]
    before = [f"Saldo anterior: {format_soles(told[0].balance - told[0].change)}"] if len(told) < len(lines) else []
    return "\n".join(
        [
            f"*{business_name}*",
            f"Estado de cuenta de {statement.customer_name} al {format_date(statement.as_of)}",
            "",
            *before,
            *(_told(line) for line in told),
            "",
            f"*{balance_text(statement)}*",
        ]
    )


def balance_text(statement: Statement) -> str:
    if statement.balance < 0:
        return f"Saldo a favor: {format_soles(-statement.balance)}"
    return f"Debe: {format_soles(statement.balance)}"


def movement_text(line: StatementLine) -> str:
    """«Venta A1-000123», «Saldo inicial»."""
    return " ".join(filter(None, (MOVEMENTS[line.kind], line.number)))


def whatsapp_link(phone: str | None, text: str) -> str | None:
    """The link that opens the chat with the text typed in; None where no Peruvian mobile is known."""
    try:
        mobile = normal_mobile(phone or "")
    except BusinessRuleBroken:
        return None
    return f"https://wa.me/{_PERU}{mobile}?text={quote(text)}"


def _told(line: StatementLine) -> str:
    day = f"{format_date(line.at)} " if line.at else ""
    return f"{day}{movement_text(line)}: {format_soles(line.change)}"
