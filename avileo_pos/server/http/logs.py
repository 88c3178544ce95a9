"""Central's log: one event a line, as JSON for machines and as text on a terminal, ours and the libraries' alike."""

from __future__ import annotations

import logging
import sys
from typing import Final

import structlog
from structlog.typing import Processor

from avileo_pos.server.settings import LogForm, LogLevel, LogOutput

_ABOUT_EVERY_LINE: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logs(form: LogForm, output: LogOutput, level: LogLevel) -> None:
    """From now on all that this process logs goes to `output`, one line for each event."""
    stream = sys.stdout if output is LogOutput.STDOUT else sys.stderr
    as_text = form is LogForm.TEXT or (form is LogForm.AUTO and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_ABOUT_EVERY_LINE,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_as_text(stream.isatty()) if as_text else _as_json()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_ABOUT_EVERY_LINE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _as_text(in_colours: bool) -> list[Processor]:
    # The plain traceback: a rich one would write down the values of variables, people's data among them.
    return [structlog.dev.ConsoleRenderer(colors=in_colours, exception_formatter=structlog.dev.plain_traceback)]


def _as_json() -> list[Processor]:
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
