"""Businesses and who works in them: cards, members, invitations, devices, and the audit of what they do."""
