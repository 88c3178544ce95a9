"""Says at every moment whether what was sold here has reached central; a press opens the queue."""

from datetime import time

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QPushButton, QWidget

from avileo_pos.desktop.icons import icon
from avileo_pos.desktop.theme import Size, Space, Tone, ink_token, set_style

# What is said of an ordinary day takes no more room than this.
_USUALLY_AT_MOST = "Sin internet · 00 guardadas aquí"


class StatusChip(QPushButton):
    """Never by colour alone: each state has its icon and its words. It keeps its width from one state to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "chip")
        self.setToolTip("Ver lo que está por enviar")
        self._icon_name, self._tone = "cloud", Tone.NEUTRAL
        self.show_offline(0)

    def show_all_sent(self, at: time) -> None:
        """`at` is when central last said so, in the time of the shop."""
        self._show("cloud-check", f"En línea · todo enviado {at:%H:%M}", Tone.GOOD)

    def show_shared(self, at: time) -> None:
        """All is with the tills of the market, and none of it at central yet."""
        self._show("share-2", f"Sin internet · compartido {at:%H:%M}", Tone.INFO)

    def show_sending(self, count: int) -> None:
        self._show("cloud-upload", f"Enviando {count:,}", Tone.INFO)

    def show_offline(self, waiting: int) -> None:
        """`waiting` operations stand safe on this till."""
        self._show("cloud-off", f"Sin internet{_kept_here(waiting)}", Tone.WARNING)

    def show_signed_out(self, waiting: int) -> None:
        """Central answers, but not to this person until the next sign-in."""
        self._show("cloud-off", f"Sin sesión{_kept_here(waiting)}", Tone.WARNING)

    def show_withdrawn(self, waiting: int) -> None:
        """An admin has withdrawn this till."""
        self._show("ban", f"Caja retirada{_kept_here(waiting)}", Tone.DANGER)

    def show_to_review(self, count: int) -> None:
        """Central refused `count` operations: a person must look."""
        self._show("triangle-alert", f"{count:,} por revisar", Tone.DANGER)

    def sizeHint(self) -> QSize:
        hint, metrics = super().sizeHint(), self.fontMetrics()
        usual = hint.width() - metrics.horizontalAdvance(self.text()) + metrics.horizontalAdvance(_USUALLY_AT_MOST)
        return QSize(max(hint.width(), usual), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_icon()

    def _show(self, icon_name: str, words: str, tone: Tone) -> None:
        self._icon_name, self._tone = icon_name, tone
        self.setText(words)
        self.setAccessibleName(words)
        set_style(self, tone=tone.value)
        self._draw_icon()

    def _draw_icon(self) -> None:
        self.setIcon(icon(self._icon_name, ink_token(self._tone), Size.ICON, gap=Space.SMALL))
        self.setIconSize(QSize(Size.ICON + Space.SMALL, Size.ICON))


def _kept_here(waiting: int) -> str:
    return f" · {waiting:,} {'guardada' if waiting == 1 else 'guardadas'} aquí" if waiting else ""
