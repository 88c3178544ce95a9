"""What was just registered, or a copy of it: the paper at the left, what matters now in big figures at the right."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from avileo_pos.desktop.sheets.debt_display import show_debt
from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.sheets.receipt_paper import ReceiptPaper, abono_paper, sale_paper
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.icon_label import IconLabel
from avileo_pos.queries.receipt import AbonoReceipt, SaleReceipt
from avileo_pos.spanish.review import OBSERVED, review_sentences

_WIDTH = 880
_PAPER_LOWEST = 320
_PICTURE = 56


class ReceiptSheet(OnceSheet):
    """Enter closes it; `dismissed` tells that it is gone."""

    def __init__(self, host: QWidget, title: str, paper: ReceiptPaper, *, action: str) -> None:
        super().__init__(host, title, action=action, icon="corner-down-left", width=_WIDTH)
        self.paper = paper
        self._figures = QVBoxLayout()
        self._figures.setSpacing(Space.LARGE)
        columns = QHBoxLayout()
        columns.setSpacing(Space.WIDE)
        self.body.addLayout(columns)
        area = _paper_area(paper.accessibleName())
        columns.addWidget(area, 3)
        columns.addLayout(self._figures, 2)
        area.setWidget(paper)  # at its place: a full area that moves is dressed twice
        self.add_buttons(self.main)

    def focus_start(self) -> None:
        self.main.setFocus()

    def act(self) -> None:
        self.dismiss()

    def fill_with(self, *figures: QWidget) -> None:
        picture = IconLabel("circle-check", f"on_{Tone.GOOD}_soft", _PICTURE)
        self._figures.addWidget(picture, alignment=Qt.AlignmentFlag.AlignHCenter)
        for figure in figures:
            self._figures.addWidget(figure)
        self._figures.addStretch(1)


class SaleReceiptSheet(ReceiptSheet):
    """The biggest figure is what the hand does next: give the change; else what the sale came to."""

    def __init__(self, host: QWidget, receipt: SaleReceipt, *, copy: bool = False) -> None:
        title = f"Copia de {receipt.number}" if copy else f"Venta registrada: {receipt.number}"
        super().__init__(host, title, sale_paper(receipt), action="Volver" if copy else "Siguiente venta")
        self.fill_with(*(_copied(receipt) if copy else _registered(receipt)))


class AbonoReceiptSheet(ReceiptSheet):
    def __init__(self, host: QWidget, receipt: AbonoReceipt, *, copy: bool = False) -> None:
        title = f"Copia de {receipt.number}" if copy else f"Abono registrado: {receipt.number}"
        super().__init__(host, title, abono_paper(receipt), action="Volver" if copy else "Listo")
        figures = _amount("Abono", receipt.abono, "total"), _debt("Queda debiendo", receipt.saldo_nuevo)
        self.fill_with(*figures, *_observed(receipt.review))


def _copied(receipt: SaleReceipt) -> Iterator[QWidget]:
    yield _amount(_total_word(receipt), receipt.total_amount - receipt.redondeo, "total")
    yield from _observed(receipt.review)


def _observed(review: Iterable[str]) -> Iterator[QWidget]:
    for sentence in review_sentences(review):
        yield _remark(f"Se guardó {OBSERVED}: {sentence}")


def _registered(receipt: SaleReceipt) -> Iterator[QWidget]:
    total = receipt.total_amount - receipt.redondeo
    if receipt.change:
        yield _amount("Vuelto", receipt.change, "total")
        yield _amount(_total_word(receipt), total, "figure")
    else:
        yield _amount(_total_word(receipt), total, "total")
    if receipt.balance_due:
        yield _amount("Fiado", receipt.balance_due, "figure")
    elif not receipt.change:
        yield _remark("Pagó exacto: no hay vuelto.")
    if receipt.balance_after is not None:
        yield _debt("Debe ahora", receipt.balance_after)


def _total_word(receipt: SaleReceipt) -> str:
    return "Cobrado" if receipt.redondeo else "Total"


def _amount(caption: str, amount: Decimal, look: Literal["total", "figure"]) -> AmountDisplay:
    display = AmountDisplay(caption, look=look)
    display.show_soles(amount)
    return display


def _remark(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignRight)
    label.setWordWrap(True)
    return label


def _debt(owed: str, debt: Decimal) -> AmountDisplay:
    display = AmountDisplay(owed, look="figure")
    show_debt(display, owed, debt)
    return display


def _paper_area(accessible_name: str) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setProperty("look", "paper")
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumHeight(_PAPER_LOWEST)
    area.setAccessibleName(accessible_name)
    return area
