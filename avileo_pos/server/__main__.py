"""`avileo-server` and `python -m avileo_pos.server`."""

from avileo_pos.server.cli import main

if __name__ == "__main__":
    main()
