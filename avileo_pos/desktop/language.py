"""Qt's own words (menus of a field, calendars) in the Spanish of Peru, as ours are."""

from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from avileo_pos.desktop import resources


def speak_spanish(app: QApplication) -> None:
    """Raises FileNotFoundError where the translation was not packed."""
    translator = QTranslator(app)
    if not translator.load(str(resources.qt_translation_file())):
        raise FileNotFoundError(resources.qt_translation_file())
    app.installTranslator(translator)
    QLocale.setDefault(QLocale(QLocale.Language.Spanish, QLocale.Country.Peru))
