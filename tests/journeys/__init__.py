"""Whole ways of the shop: from what a person does at one till, through central, to what another till shows."""
