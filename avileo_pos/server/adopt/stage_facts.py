"""Staging what happened: distributions, sales with their lines and payments, abonos, and what each customer owes.

The old reckoning of a debt is the total of the credit sales less the abonos. What was paid at a credit sale may stand
as an abono too, and then our reckoning, which takes it off the sale's `balance_due`, would take it off twice. Every
sale and every abono keeps its amounts, and the customer's opening balance makes up the difference, whatever it is.
"""

from __future__ import annotations

from typing import Final

METHODS: Final = "ARRAY['efectivo', 'yape', 'plin', 'transferencia']"
REVIEWED: Final = "adopted_with_changes"

_RECEIPT: Final = "'ANT-' || lpad(r.place::text, greatest(6, length(r.place::text)), '0')"

STAGES: Final = (
    # A sale on credit needs a customer: what was sold so to nobody stands under one name in each business.
    """
    CREATE TEMP TABLE nameless_customers ON COMMIT DROP AS
    SELECT business_id, gen_random_uuid() AS id FROM (
      SELECT DISTINCT s.business_id FROM old_sales o JOIN placed_sales s USING (id)
      WHERE o.client_id IS NULL AND lower(trim(o.sale_type)) = 'credito' AND s.business_id IS NOT NULL
      UNION
      SELECT DISTINCT coalesce(b.id, m.business_id, n.id) FROM old_abonos o
      LEFT JOIN new_businesses b ON b.id = o.business_id
      LEFT JOIN home_of_member m ON m.id = o.seller_id
      LEFT JOIN only_business n ON true
      WHERE o.client_id IS NULL
    ) AS every WHERE business_id IS NOT NULL
    """,
    # What can be counted of each sale; an amount that cannot (NULL, NaN, below zero) is 0 here.
    """
    CREATE TEMP TABLE counted_sales ON COMMIT DROP AS
    SELECT c.*, pg_temp.business_date(c.sold_at) AS business_date FROM (
      SELECT o.*, s.business_id AS in_business,
        CASE WHEN lower(trim(o.sale_type)) = 'credito' THEN 'credito' ELSE 'contado' END AS kind,
        coalesce(o.client_id, CASE WHEN lower(trim(o.sale_type)) = 'credito' THEN n.id END) AS customer_id,
        greatest(coalesce(pg_temp.soles(o.total_amount), 0), 0) AS total,
        greatest(coalesce(pg_temp.soles(o.amount_paid), 0), 0) AS paid,
        coalesce(pg_temp.moment(o.sale_date), pg_temp.moment(o.created_at), pg_temp.now_utc()) AS sold_at
      FROM old_sales o JOIN placed_sales s ON s.id = o.id
      LEFT JOIN nameless_customers n ON n.business_id = s.business_id
      WHERE s.business_id IS NOT NULL
    ) AS c
    """,
    "ANALYZE counted_sales",
    # A line says how much of what at which price; its subtotal is rounded from these.
    """
    CREATE TEMP TABLE new_sale_items ON COMMIT DROP AS
    WITH counted AS MATERIALIZED (
      SELECT i.*, pg_temp.kilos(i.quantity) AS kilos, pg_temp.price(i.unit_price) AS price FROM old_sale_items i
    ), priced AS MATERIALIZED (
      SELECT c.*, pg_temp.soles(c.kilos * c.price) AS amount FROM counted c WHERE c.kilos > 0
    )
    SELECT i.id AS old_id, 'row' AS origin, s.in_business AS business_id, i.id, i.sale_id, p.id AS product_id,
      row_number() OVER (PARTITION BY i.sale_id ORDER BY i.id) - 1 AS position,
      pg_temp.words(i.product_name, 255, p.name) AS product_name, p.unit, i.kilos AS quantity, i.price AS unit_price,
      i.price AS list_price, s.business_date AS price_date, i.amount AS subtotal
    FROM priced i
    JOIN counted_sales s ON s.id = i.sale_id
    LEFT JOIN nameless_products n ON n.business_id = s.in_business AND i.product_id IS NULL
    JOIN new_products p ON p.business_id = s.in_business AND p.id = coalesce(i.product_id, n.id)
    WHERE i.amount IS NOT NULL
    """,
    "CREATE INDEX ON new_sale_items (old_id)",
    "ANALYZE new_sale_items",
    """
    INSERT INTO left_behind
    SELECT 'sale_items', i.id, CASE WHEN s.id IS NULL THEN 'its sale does not exist'
      ELSE 'its quantity is not above zero, or it has no price that can be counted' END
    FROM old_sale_items i LEFT JOIN placed_sales s ON s.id = i.sale_id
    WHERE (s.id IS NULL OR s.business_id IS NOT NULL)
      AND NOT EXISTS (SELECT 1 FROM new_sale_items n WHERE n.old_id = i.id)
    """,
    """
    CREATE TEMP TABLE sale_lines ON COMMIT DROP AS
    SELECT i.sale_id, count(n.id) AS lines, count(*) FILTER (WHERE n.id IS NULL) AS missing,
      coalesce(sum(n.subtotal), 0) AS subtotal, coalesce(sum(n.quantity) FILTER (WHERE n.unit = 'kg'), 0) AS kilos
    FROM old_sale_items i LEFT JOIN new_sale_items n ON n.old_id = i.id GROUP BY 1
    """,
    "ANALYZE sale_lines",
    """
    CREATE TEMP TABLE counted_abonos ON COMMIT DROP AS
    SELECT o.*, coalesce(b.id, m.business_id, c.business_id, y.id) AS in_business,
      coalesce(o.client_id, n.id) AS customer_id, coalesce(pg_temp.soles(o.amount), 0) AS said,
      coalesce(pg_temp.moment(o.created_at), pg_temp.now_utc()) AS paid_at
    FROM old_abonos o
    LEFT JOIN new_businesses b ON b.id = o.business_id
    LEFT JOIN home_of_member m ON m.id = o.seller_id
    LEFT JOIN home_of_customer c ON c.id = o.client_id
    LEFT JOIN only_business y ON true
    LEFT JOIN nameless_customers n ON n.business_id = coalesce(b.id, m.business_id, c.business_id, y.id)
    """,
    "ANALYZE counted_abonos",
    """
    INSERT INTO refused
    SELECT 'Nothing tells whose this is: abonos', id::text FROM counted_abonos WHERE in_business IS NULL
    """,
    # The old reckoning, from the old tables alone, and rounded only once: some keep more than two places.
    """
    CREATE TEMP TABLE old_debts ON COMMIT DROP AS
    SELECT business_id, customer_id, round(coalesce(sum(amount) FILTER (WHERE pg_temp.soles(amount) IS NOT NULL), 0), 2)
      AS debt
    FROM (
      SELECT in_business AS business_id, customer_id, total_amount AS amount FROM counted_sales WHERE kind = 'credito'
      UNION ALL SELECT in_business, customer_id, -amount FROM counted_abonos WHERE in_business IS NOT NULL
    ) AS every GROUP BY 1, 2
    """,
    # Without a distribution's own row, what was sold of it still shows where it belongs.
    """
    CREATE TEMP TABLE placed_distribuciones ON COMMIT DROP AS
    SELECT o.id, coalesce(b.id, m.business_id, n.id) AS business_id
    FROM old_distribuciones o
    LEFT JOIN new_businesses b ON b.id = o.business_id
    LEFT JOIN home_of_member m ON m.id = o.vendedor_id
    LEFT JOIN only_business n ON true
    """,
    """
    INSERT INTO refused
    SELECT 'Nothing tells whose this is: distribuciones', id::text FROM placed_distribuciones WHERE business_id IS NULL
    """,
    """
    CREATE TEMP TABLE new_distribuciones ON COMMIT DROP AS
    WITH sold AS (
      SELECT c.in_business AS business_id, c.distribucion_id AS id, min(c.seller_id::text)::uuid AS seller_id,
        min(c.sold_at) AS sold_at
      FROM counted_sales c WHERE c.distribucion_id IS NOT NULL GROUP BY 1, 2
    ), every AS (
      SELECT o.id AS old_id, 'row' AS origin, w.business_id, o.id, o.vendedor_id, o.punto_venta,
        coalesce(pg_temp.kilos(o.kilos_asignados), 0) AS kilos_asignados,
        coalesce(pg_temp.day_of(o.fecha), pg_temp.business_date(coalesce(pg_temp.moment(o.created_at), sold.sold_at,
          pg_temp.now_utc()))) AS fecha,
        coalesce(pg_temp.label(o.estado, ARRAY['activo', 'cerrado', 'en_ruta']), 'cerrado') AS estado,
        pg_temp.sync_status(o.sync_status) AS sync_status, coalesce(o.sync_attempts, 0) AS sync_attempts,
        coalesce(pg_temp.moment(o.created_at), sold.sold_at, pg_temp.now_utc()) AS created_at,
        coalesce(pg_temp.moment(o.updated_at), pg_temp.moment(o.created_at), sold.sold_at, pg_temp.now_utc())
          AS updated_at
      FROM old_distribuciones o JOIN placed_distribuciones w ON w.id = o.id AND w.business_id IS NOT NULL
      LEFT JOIN sold ON sold.business_id = w.business_id AND sold.id = o.id
      UNION ALL
      SELECT NULL, 'stand_in', sold.business_id, sold.id, sold.seller_id, 'Por revisar', 0,
        pg_temp.business_date(sold.sold_at), 'cerrado', 'synced', 0, sold.sold_at, sold.sold_at
      FROM sold WHERE NOT EXISTS (
        SELECT 1 FROM placed_distribuciones w WHERE w.id = sold.id AND w.business_id = sold.business_id)
    )
    SELECT e.old_id, e.origin, e.business_id, e.id, coalesce(m.id, a.id) AS vendedor_id,
      pg_temp.words(e.punto_venta, 100, coalesce(u.sales_point, 'Sin punto de venta')) AS punto_venta,
      e.kilos_asignados, e.fecha, e.estado, CASE WHEN e.estado = 'cerrado' THEN e.updated_at END AS closed_at,
      e.sync_status, e.sync_attempts, e.created_at, e.updated_at
    FROM every e
    LEFT JOIN members m ON m.old_id = e.vendedor_id AND m.business_id = e.business_id
    LEFT JOIN first_admins a ON a.business_id = e.business_id
    LEFT JOIN new_business_users u ON u.business_id = e.business_id AND u.id = coalesce(m.id, a.id)
    """,
    # The kilos given out are the sum of their movements, so the old figure becomes the first of them.
    """
    CREATE TEMP TABLE new_distribucion_movements ON COMMIT DROP AS
    SELECT NULL::uuid AS old_id, 'stand_in' AS origin, d.business_id, gen_random_uuid() AS id,
      d.id AS distribucion_id, CASE WHEN d.kilos_asignados > 0 THEN 'carga' ELSE 'traspaso_salida' END AS kind,
      abs(d.kilos_asignados) AS kilos, 'Asignado en la base anterior' AS reason, a.id AS created_by,
      'synced' AS sync_status, d.created_at
    FROM new_distribuciones d LEFT JOIN first_admins a USING (business_id) WHERE d.kilos_asignados <> 0
    """,
    """
    CREATE TEMP TABLE receipts ON COMMIT DROP AS
    SELECT id, row_number() OVER (PARTITION BY in_business ORDER BY at, id) AS place FROM (
      SELECT id, in_business, sold_at AS at FROM counted_sales
      UNION ALL SELECT id, in_business, paid_at FROM counted_abonos WHERE said > 0
    ) AS every
    """,
    "ANALYZE receipts",
    """
    CREATE TEMP TABLE new_devices ON COMMIT DROP AS
    SELECT NULL::uuid AS old_id, 'stand_in' AS origin, id AS business_id, gen_random_uuid() AS id,
      'Base anterior' AS name, 'ANT' AS receipt_series, pg_temp.now_utc() AS created_at, pg_temp.now_utc() AS revoked_at
    FROM new_businesses
    """,
    # A cash sale is paid: what is missing up to ten céntimos is rounding in the buyer's favour.
    f"""
    CREATE TEMP TABLE new_sales ON COMMIT DROP AS
    WITH weighed AS (
      SELECT c.*, coalesce(l.lines, 0) AS lines, coalesce(l.missing, 0) AS missing, coalesce(l.subtotal, 0) AS subtotal,
        coalesce(l.kilos, 0) AS kilos, m.id AS member_id,
        CASE WHEN c.kind = 'credito' OR c.total - c.paid BETWEEN 0 AND 0.09 THEN least(c.paid, c.total)
          ELSE c.total END AS taken
      FROM counted_sales c
      LEFT JOIN sale_lines l ON l.sale_id = c.id
      LEFT JOIN members m ON m.old_id = c.seller_id AND m.business_id = c.in_business
    ), judged AS (
      SELECT w.*, CASE WHEN w.kind = 'credito' THEN 0 ELSE w.total - w.taken END AS rounding,
        concat_ws(' ',
          CASE WHEN lower(trim(w.sale_type)) IS DISTINCT FROM w.kind
            OR pg_temp.soles(w.total_amount) IS DISTINCT FROM w.total
            OR w.member_id IS NULL OR w.client_id IS DISTINCT FROM w.customer_id OR w.missing > 0
            OR w.paid <> w.taken AND (w.kind = 'credito' OR w.paid <> 0 AND w.paid < w.total)
            OR w.kind = 'contado' AND w.balance_due > 0
          THEN '{REVIEWED}' END,
          CASE WHEN w.lines > 0 AND abs(w.subtotal - w.total) > w.lines * 0.01 THEN 'sums_differ' END) AS reasons
      FROM weighed w
    )
    SELECT j.id AS old_id, 'row' AS origin, j.in_business AS business_id, j.id, j.customer_id AS client_id,
      coalesce(j.member_id, a.id) AS seller_id, j.distribucion_id, d.id AS device_id, {_RECEIPT} AS receipt_number,
      j.kind AS sale_type, j.total AS total_amount, j.rounding AS redondeo, j.taken AS amount_paid,
      j.total - j.rounding - j.taken AS balance_due, greatest(coalesce(pg_temp.kilos(j.tara), 0), 0) AS tara,
      greatest(coalesce(pg_temp.kilos(j.net_weight), pg_temp.kilos(j.kilos), 0), 0) AS net_weight,
      pg_temp.sync_status(j.sync_status) AS sync_status, coalesce(j.sync_attempts, 0) AS sync_attempts,
      j.sold_at AS sale_date, j.business_date, j.reasons <> '' AS needs_review,
      nullif(j.reasons, '') AS review_reason, coalesce(pg_temp.moment(j.created_at), j.sold_at) AS created_at
    FROM judged j
    JOIN receipts r ON r.id = j.id
    JOIN new_devices d ON d.business_id = j.in_business
    LEFT JOIN first_admins a ON a.business_id = j.in_business
    """,
    "CREATE INDEX ON new_sales (old_id)",
    "ANALYZE new_sales",
    # The specification calls a sale of `contado` one of cash, and says nothing of how others were paid.
    """
    CREATE TEMP TABLE new_sale_payments ON COMMIT DROP AS
    SELECT NULL::uuid AS old_id, 'stand_in' AS origin, business_id, gen_random_uuid() AS id, id AS sale_id,
      'efectivo' AS method, amount_paid AS amount
    FROM new_sales WHERE amount_paid > 0
    """,
    """
    CREATE TEMP TABLE opening_balances ON COMMIT DROP AS
    SELECT o.business_id, o.customer_id, o.debt - coalesce(s.due, 0) + coalesce(a.paid, 0) AS amount
    FROM old_debts o
    LEFT JOIN (SELECT business_id, client_id, sum(balance_due) AS due FROM new_sales GROUP BY 1, 2) s
      ON s.business_id = o.business_id AND s.client_id = o.customer_id
    LEFT JOIN (SELECT in_business, customer_id, sum(said) AS paid FROM counted_abonos WHERE said > 0 GROUP BY 1, 2) a
      ON a.in_business = o.business_id AND a.customer_id = o.customer_id
    """,
    # A customer stands in every business that sold to it, under the same id.
    """
    CREATE TEMP TABLE customer_places ON COMMIT DROP AS
    WITH met AS (
      SELECT DISTINCT in_business AS business_id, customer_id AS id FROM counted_sales WHERE customer_id IS NOT NULL
      UNION SELECT DISTINCT in_business, customer_id FROM counted_abonos WHERE in_business IS NOT NULL
    ), homes AS (
      SELECT o.id, coalesce(b.id, m.business_id, n.id) AS business_id FROM old_customers o
      LEFT JOIN new_businesses b ON b.id = o.business_id
      LEFT JOIN home_of_member m ON m.id = o.created_by
      LEFT JOIN only_business n ON true
    )
    SELECT id, business_id, true AS is_home FROM homes WHERE business_id IS NOT NULL
    UNION ALL
    SELECT met.id, met.business_id, false FROM met WHERE NOT EXISTS (
      SELECT 1 FROM homes WHERE homes.id = met.id AND homes.business_id = met.business_id)
    """,
    """
    INSERT INTO refused
    SELECT 'Nothing tells whose this is: customers', o.id::text FROM old_customers o
    WHERE NOT EXISTS (SELECT 1 FROM customer_places w WHERE w.id = o.id)
    """,
    """
    CREATE TEMP TABLE new_customers ON COMMIT DROP AS
    SELECT o.id AS old_id,
      CASE WHEN o.id IS NULL THEN 'stand_in'
        WHEN row_number() OVER (PARTITION BY w.id ORDER BY w.is_home DESC, w.business_id) = 1 THEN 'row'
        ELSE 'copy' END AS origin,
      w.business_id, w.id,
      pg_temp.words(o.name, 255, CASE WHEN o.id IS NULL THEN 'Cliente por revisar' ELSE 'Cliente sin nombre' END)
        AS name,
      left(o.dni, 20) AS dni, left(o.phone, 50) AS phone, o.address, o.notes,
      coalesce(b.amount, 0) AS opening_balance, coalesce(o.is_active, true) AS is_active,
      pg_temp.sync_status(o.sync_status) AS sync_status, coalesce(o.sync_attempts, 0) AS sync_attempts,
      m.id AS created_by, coalesce(pg_temp.moment(o.created_at), pg_temp.now_utc()) AS created_at,
      coalesce(pg_temp.moment(o.updated_at), pg_temp.moment(o.created_at), pg_temp.now_utc()) AS updated_at
    FROM customer_places w
    LEFT JOIN old_customers o ON o.id = w.id
    LEFT JOIN members m ON m.old_id = o.created_by AND m.business_id = w.business_id
    LEFT JOIN opening_balances b ON b.business_id = w.business_id AND b.customer_id = w.id
    """,
    "ANALYZE new_customers",
    # Before an abono stood the opening balance and whatever was sold and paid until then.
    f"""
    CREATE TEMP TABLE new_abonos ON COMMIT DROP AS
    WITH movements AS (
      SELECT in_business, customer_id, NULL::uuid AS id, sold_at AS at, n.balance_due AS change
      FROM counted_sales c JOIN new_sales n ON n.old_id = c.id WHERE n.balance_due > 0
      UNION ALL SELECT in_business, customer_id, id, paid_at, -said FROM counted_abonos WHERE said > 0
    ), running AS (
      SELECT id, coalesce(sum(change) OVER (PARTITION BY in_business, customer_id ORDER BY at, id NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before FROM movements
    )
    SELECT c.id AS old_id, 'row' AS origin, c.in_business AS business_id, c.id, c.customer_id AS client_id,
      coalesce(m.id, a.id) AS seller_id, d.id AS device_id, {_RECEIPT} AS receipt_number, c.said AS amount,
      coalesce(pg_temp.label(c.payment_method, {METHODS}), 'efectivo') AS payment_method,
      coalesce(b.amount, 0) + g.before AS balance_before, c.notes, pg_temp.sync_status(c.sync_status) AS sync_status,
      coalesce(c.sync_attempts, 0) AS sync_attempts, pg_temp.business_date(c.paid_at) AS business_date,
      m.id IS NULL OR c.client_id IS NULL OR pg_temp.label(c.payment_method, {METHODS}) IS NULL AS needs_review,
      CASE WHEN m.id IS NULL OR c.client_id IS NULL OR pg_temp.label(c.payment_method, {METHODS}) IS NULL
        THEN '{REVIEWED}' END AS review_reason,
      c.paid_at AS created_at
    FROM counted_abonos c
    JOIN running g ON g.id = c.id
    JOIN receipts r ON r.id = c.id
    JOIN new_devices d ON d.business_id = c.in_business
    LEFT JOIN members m ON m.old_id = c.seller_id AND m.business_id = c.in_business
    LEFT JOIN first_admins a ON a.business_id = c.in_business
    LEFT JOIN opening_balances b ON b.business_id = c.in_business AND b.customer_id = c.customer_id
    """,
    "ANALYZE new_abonos",
    """
    INSERT INTO left_behind
    SELECT 'abonos', id, 'its amount is not above zero or cannot be counted' FROM counted_abonos
    WHERE in_business IS NOT NULL AND said <= 0
    """,
    """
    CREATE TEMP TABLE new_abono_payments ON COMMIT DROP AS
    SELECT NULL::uuid AS old_id, 'stand_in' AS origin, business_id, gen_random_uuid() AS id, id AS abono_id,
      payment_method AS method, amount FROM new_abonos
    """,
    # What a distribution has sold follows from its sales.
    """
    CREATE TEMP TABLE sold_of_distribuciones ON COMMIT DROP AS
    SELECT s.business_id, s.distribucion_id AS id, sum(coalesce(l.kilos, 0)) AS kilos, sum(s.amount_paid) AS soles
    FROM new_sales s LEFT JOIN sale_lines l ON l.sale_id = s.id WHERE s.distribucion_id IS NOT NULL GROUP BY 1, 2
    """,
    "ALTER TABLE new_distribuciones ADD COLUMN kilos_vendidos numeric DEFAULT 0,"
    " ADD COLUMN monto_recaudado numeric DEFAULT 0",
    """
    UPDATE new_distribuciones d SET kilos_vendidos = s.kilos, monto_recaudado = s.soles
    FROM sold_of_distribuciones s WHERE s.business_id = d.business_id AND s.id = d.id
    """,
    """
    CREATE TEMP TABLE new_customer_balances ON COMMIT DROP AS
    SELECT NULL::uuid AS old_id, 'stand_in' AS origin, c.business_id, c.id,
      c.opening_balance + coalesce(s.due, 0) - coalesce(a.paid, 0) AS balance, c.opening_balance
    FROM new_customers c
    LEFT JOIN (SELECT business_id, client_id, sum(balance_due) AS due FROM new_sales GROUP BY 1, 2) s
      ON s.business_id = c.business_id AND s.client_id = c.id
    LEFT JOIN (SELECT business_id, client_id, sum(amount) AS paid FROM new_abonos GROUP BY 1, 2) a
      ON a.business_id = c.business_id AND a.client_id = c.id
    """,
    """
    INSERT INTO refused
    SELECT 'The amounts add up to more than can be kept: customers', b.id::text
    FROM new_customer_balances b JOIN new_customers c USING (business_id, id)
    WHERE pg_temp.soles(b.balance) IS NULL OR pg_temp.soles(b.opening_balance) IS NULL
    UNION
    SELECT 'The amounts add up to more than can be kept: abonos', id::text
    FROM new_abonos WHERE pg_temp.soles(balance_before) IS NULL
    UNION
    SELECT 'The amounts add up to more than can be kept: distribuciones', id::text
    FROM new_distribuciones WHERE pg_temp.soles(monto_recaudado) IS NULL OR pg_temp.kilos(kilos_vendidos) IS NULL
    """,
    """
    INSERT INTO refused
    SELECT 'The business has no member who could stand for its past: businesses', b.id::text FROM new_businesses b
    WHERE NOT EXISTS (SELECT 1 FROM first_admins a WHERE a.business_id = b.id) AND b.id IN (
      SELECT business_id FROM new_sales UNION SELECT business_id FROM new_abonos
      UNION SELECT business_id FROM new_distribuciones UNION SELECT business_id FROM new_inventory_movements)
    """,
)
