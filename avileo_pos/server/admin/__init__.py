"""The pages for an owner away from the laptop, at /admin: made here, readable without a script, small on the way."""
