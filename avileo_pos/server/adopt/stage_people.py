"""Staging who is there: businesses, their members, profiles, and the defaults of a new business.

A staged table `new_x` has the columns that our first step's table takes, and three more: `old_id` names the row that
it was made of (NULL for a stand-in), and `origin` says whether it is that `row`, a `copy` of it for another business,
or a `stand_in` for one that is not there.
"""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = (
    # A comparison with NaN or an infinity is false here, so that only what can be counted is left.
    """CREATE FUNCTION pg_temp.soles(given numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN abs(given) < 9999999999.995 THEN round(given, 2) END $$""",
    """CREATE FUNCTION pg_temp.price(given numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN given >= 0 AND given < 99999999.995 THEN round(given, 2) END $$""",
    """CREATE FUNCTION pg_temp.kilos(given numeric) RETURNS numeric LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN abs(given) < 9999999.9995 THEN round(given, 3) END $$""",
    """CREATE FUNCTION pg_temp.moment(given timestamp) RETURNS timestamp LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN given >= '1900-01-01' AND given < '9999-12-31' THEN given END $$""",
    """CREATE FUNCTION pg_temp.day_of(given date) RETURNS date LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN given >= '1900-01-01' AND given < '9999-12-31' THEN given END $$""",
    # A business day of Lima ends at 03:00, the cut-off that every adopted business begins with.
    """CREATE FUNCTION pg_temp.business_date(given timestamp) RETURNS date LANGUAGE sql IMMUTABLE
       AS $$ SELECT ((given AT TIME ZONE 'UTC') AT TIME ZONE 'America/Lima' - interval '3 hours')::date $$""",
    """CREATE FUNCTION pg_temp.label(given text, known text[]) RETURNS text LANGUAGE sql IMMUTABLE
       AS $$ SELECT CASE WHEN lower(trim(given)) = ANY(known) THEN lower(trim(given)) END $$""",
    """CREATE FUNCTION pg_temp.words(given text, longest integer, instead text) RETURNS text LANGUAGE sql IMMUTABLE
       AS $$ SELECT left(CASE WHEN trim(given) <> '' THEN given ELSE instead END, longest) $$""",
    """CREATE FUNCTION pg_temp.sync_status(given text) RETURNS text LANGUAGE sql IMMUTABLE
       AS $$ SELECT coalesce(pg_temp.label(given, ARRAY['pending', 'synced', 'error']), 'synced') $$""",
    "CREATE FUNCTION pg_temp.now_utc() RETURNS timestamp LANGUAGE sql STABLE AS $$ SELECT timezone('utc', now()) $$",
)

MODES: Final = "ARRAY['inventario_propio', 'sin_inventario', 'pedidos', 'mixto']"

STAGES: Final = (
    "CREATE TEMP TABLE left_behind (table_name text, id uuid, reason text) ON COMMIT DROP",
    "CREATE TEMP TABLE refused (reason text, id text) ON COMMIT DROP",
    f"""
    CREATE TEMP TABLE new_system_config ON COMMIT DROP AS
    SELECT o.id AS old_id, 'row' AS origin, '00000000-0000-0000-0000-000000000001'::uuid AS id,
      coalesce(pg_temp.label(modo_operacion, {MODES}), 'mixto') AS modo_operacion,
      coalesce(control_kilos, true) AS control_kilos, coalesce(usar_distribucion, true) AS usar_distribucion,
      coalesce(permitir_venta_sin_stock, true) AS permitir_venta_sin_stock,
      coalesce(pg_temp.moment(updated_at), pg_temp.now_utc()) AS updated_at
    FROM old_system_config o ORDER BY pg_temp.moment(o.updated_at) DESC NULLS LAST, o.id LIMIT 1
    """,
    """
    INSERT INTO left_behind
    SELECT 'system_config', o.id, 'there is one configuration, and another row was changed later'
    FROM old_system_config o WHERE o.id <> (SELECT old_id FROM new_system_config)
    """,
    f"""
    CREATE TEMP TABLE new_businesses ON COMMIT DROP AS
    SELECT o.id AS old_id, 'row' AS origin, o.id, pg_temp.words(o.name, 100, 'Negocio sin nombre') AS name,
      left(o.ruc, 20) AS ruc, o.address, left(o.phone, 20) AS phone, left(o.email, 100) AS email,
      left(o.logo_url, 255) AS logo_url,
      coalesce(pg_temp.label(o.modo_operacion, {MODES}), c.modo_operacion, 'mixto') AS modo_operacion,
      coalesce(o.control_kilos, c.control_kilos, true) AS control_kilos,
      coalesce(o.usar_distribucion, c.usar_distribucion, true) AS usar_distribucion,
      coalesce(o.permitir_venta_sin_stock, c.permitir_venta_sin_stock, true) AS permitir_venta_sin_stock,
      coalesce(o.is_active, true) AS is_active, 'synced' AS sync_status,
      coalesce(pg_temp.moment(o.created_at), pg_temp.now_utc()) AS created_at,
      coalesce(pg_temp.moment(o.updated_at), pg_temp.moment(o.created_at), pg_temp.now_utc()) AS updated_at
    FROM old_businesses o LEFT JOIN new_system_config c ON true
    """,
    # Where a row does not say whose it is, the only business there is may take it.
    """
    CREATE TEMP TABLE only_business ON COMMIT DROP AS
    SELECT (array_agg(id))[1] AS id FROM new_businesses HAVING count(*) = 1
    """,
    """
    CREATE TEMP TABLE new_business_users ON COMMIT DROP AS
    WITH known AS (
      SELECT o.*, u.name AS user_name, u.email,
        CASE lower(trim(o.role)) WHEN 'admin' THEN 'admin_negocio'
          ELSE coalesce(pg_temp.label(o.role, ARRAY['admin_negocio', 'vendedor']), 'vendedor') END AS known_role,
        coalesce(o.is_active, true) AS active
      FROM old_business_users o
      JOIN new_businesses b ON b.id = o.business_id
      JOIN old_users u ON u.id = o.user_id
    ), ranked AS (
      SELECT k.*, row_number() OVER (PARTITION BY business_id, user_id
        ORDER BY active DESC, known_role, joined_at, id) AS place FROM known k
    )
    SELECT id AS old_id, 'row' AS origin, business_id, id, left(user_id, 255) AS user_id,
      pg_temp.words(user_name, 255, coalesce(email, user_id)) AS name, known_role AS role,
      left(sales_point, 100) AS sales_point,
      CASE WHEN commission_rate >= 0 AND commission_rate < 999.995 THEN round(commission_rate, 2) ELSE 0 END
        AS commission_rate,
      active AS is_active, 'synced' AS sync_status,
      coalesce(pg_temp.moment(joined_at), pg_temp.now_utc()) AS joined_at,
      coalesce(pg_temp.moment(updated_at), pg_temp.moment(joined_at), pg_temp.now_utc()) AS updated_at
    FROM ranked WHERE place = 1
    """,
    # Every name that somebody's membership went by, in each business where the person works.
    """
    CREATE TEMP TABLE members ON COMMIT DROP AS
    SELECT o.id AS old_id, m.business_id, m.id, o.id = m.id AS is_own
    FROM old_business_users o JOIN new_business_users m ON m.user_id = o.user_id
    """,
    """
    CREATE TEMP TABLE home_of_member ON COMMIT DROP AS
    SELECT o.id, o.business_id FROM old_business_users o JOIN new_businesses b ON b.id = o.business_id
    """,
    """
    CREATE TEMP TABLE home_of_customer ON COMMIT DROP AS
    SELECT o.id, o.business_id FROM old_customers o JOIN new_businesses b ON b.id = o.business_id
    """,
    """
    CREATE TEMP TABLE first_admins ON COMMIT DROP AS
    SELECT DISTINCT ON (business_id) business_id, id FROM new_business_users
    ORDER BY business_id, is_active DESC, role, joined_at, id
    """,
    """
    INSERT INTO left_behind
    SELECT 'business_users', o.id, CASE WHEN b.id IS NULL THEN 'its business does not exist'
      ELSE 'the person is a member of that business already; what this row did goes on under the other one' END
    FROM old_business_users o LEFT JOIN new_businesses b ON b.id = o.business_id
    WHERE NOT EXISTS (SELECT 1 FROM new_business_users m WHERE m.old_id = o.id)
      AND (b.id IS NULL OR EXISTS (SELECT 1 FROM old_users u WHERE u.id = o.user_id))
    """,
    """
    INSERT INTO refused
    SELECT 'Better Auth has no such person. Let the person sign up there, or give the row another user_id:'
      ' business_users', o.id::text
    FROM old_business_users o JOIN new_businesses b ON b.id = o.business_id
    WHERE NOT EXISTS (SELECT 1 FROM old_users u WHERE u.id = o.user_id)
    """,
    """
    CREATE TEMP TABLE new_user_profiles ON COMMIT DROP AS
    SELECT DISTINCT ON (o.user_id) o.id AS old_id, 'row' AS origin, o.id, left(o.user_id, 255) AS user_id,
      left(o.dni, 20) AS dni, left(o.phone, 50) AS phone, pg_temp.day_of(o.birth_date) AS birth_date,
      left(o.avatar_url, 255) AS avatar_url, coalesce(o.is_active, true) AS is_active,
      coalesce(pg_temp.moment(o.created_at), pg_temp.now_utc()) AS created_at,
      coalesce(pg_temp.moment(o.updated_at), pg_temp.moment(o.created_at), pg_temp.now_utc()) AS updated_at
    FROM old_user_profiles o JOIN old_users u ON u.id = o.user_id
    ORDER BY o.user_id, pg_temp.moment(o.updated_at) DESC NULLS LAST, o.id
    """,
    """
    INSERT INTO left_behind
    SELECT 'user_profiles', o.id, CASE WHEN u.id IS NULL THEN 'Better Auth has no such person'
      ELSE 'the person has a profile that was changed later' END
    FROM old_user_profiles o LEFT JOIN old_users u ON u.id = o.user_id
    WHERE NOT EXISTS (SELECT 1 FROM new_user_profiles p WHERE p.old_id = o.id)
    """,
)
