"""`avileo-server` and `python -m avileo_pos.server`."""

from __future__ import annotations

import sys

from avileo_pos.extras import missing_extras


def main() -> None:
    """Run central's commands, where what they need is installed."""
    if missing := missing_extras("server"):
        sys.exit(f"avileo-server: {missing}")
    from avileo_pos.server import cli

    cli.main()


if __name__ == "__main__":
    main()
