"""The pieces from which screens are composed; none of them knows the shop's data."""
