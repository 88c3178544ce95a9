"""Where several worker processes keep their figures; known before the library of metrics is imported."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def metrics_folder(workers: int) -> Iterator[None]:
    """An empty folder for the figures of several processes, gone afterwards; one process needs none."""
    os.environ.pop(METRICS_FOLDER, None)
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="avileo-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[METRICS_FOLDER] = folder
        yield
