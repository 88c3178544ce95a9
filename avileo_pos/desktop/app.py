"""The till as a Qt application: its look and language, its collector, its log, and what is said when it cannot run."""

from __future__ import annotations

import gc
import logging
import logging.handlers
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

import structlog
from PySide6.QtCore import QObject, QProcess, QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from avileo_pos import __version__
from avileo_pos.desktop.crash_window import CrashWatch
from avileo_pos.desktop.language import speak_spanish
from avileo_pos.desktop.program import TillProgram
from avileo_pos.desktop.scale import fit_to_screen
from avileo_pos.desktop.theme import apply_theme
from avileo_pos.settings import data_directory, load_settings

EXIT_CANNOT_RUN: Final = 3
_COLLECT_EVERY_MS: Final = 10_000
_LISTEN_EVERY_MS: Final = 300
_LOG_SIZE: Final = 2**20
_LOGS_KEPT: Final = 5


class QuitOnSignals(QObject):
    """Ctrl+C in the terminal, and the system's wish to end, close the program in order."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, self._quit)
        # Python hears of a signal only when it runs, and Qt's loop may sleep for long.
        timer = QTimer(self, interval=_LISTEN_EVERY_MS)
        timer.timeout.connect(self._listen)
        timer.start()

    def _listen(self) -> None:
        """Being called is enough."""

    def _quit(self, _signal: int, _frame: FrameType | None) -> None:
        QApplication.quit()


class GarbageCollector(QObject):
    """Collects in the GUI thread only: a collection on a worker could destroy a widget there."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self, interval=_COLLECT_EVERY_MS)
        timer.timeout.connect(self._collect)
        timer.start()

    def _collect(self) -> None:
        gc.collect()


def utc_now() -> datetime:
    return datetime.now(UTC)


def start_till(chosen_folder: Path | None, theme: str | None) -> int:
    """The till of this machine; returns the exit code."""
    folder = data_directory(str(chosen_folder) if chosen_folder else None)
    fit_to_screen()
    app = make_app(folder, theme or load_settings(folder).theme)
    return run_till(app, TillProgram(folder, utc_now))


def make_app(folder: Path, theme: str) -> QApplication:
    """The application, dressed, before any window. The log stands in `folder`."""
    _write_log(folder)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Avileo")
    app.setApplicationVersion(__version__)
    speak_spanish(app)
    apply_theme(app, theme)
    CrashWatch(app).install()
    GarbageCollector(app)
    QuitOnSignals(app)
    return app


def run_till(app: QApplication, program: TillProgram) -> int:
    """Show the window until the person closes it; returns the exit code."""
    program.refused_to_start.connect(_say_and_leave)
    program.sample_asked.connect(_start_demo)
    program.window.showMaximized()
    program.start()
    exit_code = app.exec()
    program.close()
    return exit_code


def _say_and_leave(sentence: str) -> None:
    QMessageBox.critical(None, "Avileo", sentence)
    QApplication.exit(EXIT_CANNOT_RUN)


def _start_demo() -> None:
    """A program of its own, with its own files: what is tried there never mixes with the shop's."""
    QProcess.startDetached(sys.executable, ["-m", "avileo_pos", "--demo"])
    QApplication.exit(0)


def _write_log(folder: Path) -> None:
    """What happened and what went wrong, for whoever helps; no names, no amounts."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "avileo.log", maxBytes=_LOG_SIZE, backupCount=_LOGS_KEPT, encoding="utf-8"
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
