"""Steps of the schema's history."""
