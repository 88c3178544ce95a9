"""The one piece of news in the program: which tables have changed, whoever changed them."""

from PySide6.QtCore import QObject, Signal


class LiveChanges(QObject):
    """Lives in the GUI thread; `tell` is called there only."""

    changed = Signal(object)  # frozenset[str]: names of tables

    def tell(self, tables: frozenset[str]) -> None:
        if tables:
            self.changed.emit(tables)
