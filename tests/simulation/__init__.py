"""The deterministic simulator of the protocol: real tills and central's real code, one thread, faults from a seed."""
