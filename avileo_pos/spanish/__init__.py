"""Words that the till's screens and central's pages both say, each in one place."""
