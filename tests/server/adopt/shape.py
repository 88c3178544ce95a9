"""What a database looks like, but for Better Auth's own tables."""

from __future__ import annotations

import psycopg

SHAPE = """
    SELECT format('column %s.%s %s null=%s default=%s', c.table_name, c.column_name,
                  format_type(a.atttypid, a.atttypmod), c.is_nullable, c.column_default)
      FROM information_schema.columns c
      JOIN pg_attribute a ON a.attrelid = format('%I', c.table_name)::regclass AND a.attname = c.column_name
     WHERE c.table_schema = 'public' AND c.table_name <> ALL(%(kept)s)
    UNION ALL
    SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> ALL(%(kept)s)
    UNION ALL
    SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public' AND tablename <> ALL(%(kept)s)
    UNION ALL
    SELECT format('enum %s %s', typname, string_agg(enumlabel, ',' ORDER BY enumsortorder))
      FROM pg_type JOIN pg_enum ON enumtypid = pg_type.oid WHERE typnamespace = 'public'::regnamespace GROUP BY typname
    UNION ALL
    SELECT format('policy %s %s %s %s %s', tablename, policyname, roles, qual, with_check) FROM pg_policies
     WHERE schemaname = 'public'
    UNION ALL
    SELECT format('rows of %s %s %s', relname, relrowsecurity, relforcerowsecurity) FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> ALL(%(kept)s)
"""
KEPT = ["user", '"user"', "session", "account", "verification"]
"""Better Auth's tables stay in the shape that they have."""


def shape(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return sorted(
            line for (line,) in connection.execute(SHAPE.replace("%I", "%%I").replace("%s", "%%s"), {"kept": KEPT})
        )
