"""Qt's own words are Spanish too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale, QTranslator
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.language import speak_spanish


def test_qt_says_cancel_in_spanish(spanish: QApplication, qtbot: QtBot) -> None:
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.buttons()[0].text() == "Cancelar"


def test_dates_are_written_as_in_peru(spanish: QApplication) -> None:
    assert QLocale().monthName(11) == "noviembre"


@pytest.fixture
def spanish(qapp: QApplication) -> Iterator[QApplication]:
    locale = QLocale()
    speak_spanish(qapp)
    yield qapp
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
    QLocale.setDefault(locale)
