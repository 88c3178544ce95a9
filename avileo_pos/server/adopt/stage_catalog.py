"""Staging whose the products and the stock are, as the old tables do not say: their use tells, or the operator.

A product that several businesses have sold stands in each of them, under the same id: the key of our tables is
(business_id, id), so that every line keeps its `product_id`. One of them is the owner, who has the stock.
"""

from __future__ import annotations

from typing import Final

STAGES: Final = (
    # Whose a sale is: its own business, else its seller's, else its customer's.
    """
    CREATE TEMP TABLE placed_sales ON COMMIT DROP AS
    SELECT o.id, coalesce(b.id, m.business_id, c.business_id, n.id) AS business_id
    FROM old_sales o
    LEFT JOIN new_businesses b ON b.id = o.business_id
    LEFT JOIN home_of_member m ON m.id = o.seller_id
    LEFT JOIN home_of_customer c ON c.id = o.client_id
    LEFT JOIN only_business n ON true
    """,
    """
    INSERT INTO refused
    SELECT 'Nothing tells whose this is: sales', id::text FROM placed_sales WHERE business_id IS NULL
    """,
    "ANALYZE placed_sales",
    """
    CREATE TEMP TABLE product_uses ON COMMIT DROP AS
    SELECT i.product_id, s.business_id, sum(abs(coalesce(pg_temp.kilos(i.quantity), 0))) AS sold,
      bool_or(i.quantity <> trunc(i.quantity)) AS in_fractions,
      min(i.product_name) AS name, max(pg_temp.price(i.unit_price)) AS price
    FROM old_sale_items i JOIN placed_sales s ON s.id = i.sale_id
    WHERE s.business_id IS NOT NULL GROUP BY 1, 2
    """,
    """
    CREATE TEMP TABLE owned_products ON COMMIT DROP AS
    SELECT p.id, count(u.business_id) AS businesses,
      coalesce(a.business_id, b.id, CASE WHEN count(u.business_id) = 1 THEN (array_agg(u.business_id))[1] END, n.id)
        AS owner,
      (array_agg(u.business_id ORDER BY u.sold DESC, u.business_id) FILTER (WHERE u.business_id IS NOT NULL))[1]
        AS greatest_user
    FROM old_products p
    LEFT JOIN answers a ON a.product_id = p.id
    LEFT JOIN new_businesses b ON b.id = p.business_id
    LEFT JOIN product_uses u ON u.product_id = p.id
    LEFT JOIN only_business n ON true
    GROUP BY p.id, a.business_id, b.id, n.id
    """,
    # With `copy_shared`, what belongs to nobody yet stands in all businesses that use it, or in all there are.
    """
    CREATE TEMP TABLE product_places ON COMMIT DROP AS
    SELECT DISTINCT ON (id, business_id) id, business_id, is_owner, is_offered FROM (
      SELECT o.id, o.owner AS business_id, true AS is_owner, true AS is_offered
      FROM owned_products o WHERE o.owner IS NOT NULL
      UNION ALL
      SELECT o.id, u.business_id, o.owner IS NULL AND u.business_id = o.greatest_user, c.copy_shared
      FROM owned_products o JOIN product_uses u ON u.product_id = o.id CROSS JOIN choices c
      UNION ALL
      SELECT o.id, b.id, false, true
      FROM owned_products o CROSS JOIN new_businesses b JOIN choices c ON c.copy_shared
      WHERE o.owner IS NULL AND o.businesses = 0
    ) AS every ORDER BY id, business_id, is_owner DESC
    """,
    # A product is asked for when nothing tells whose it is; its stock cannot be copied.
    """
    CREATE TEMP TABLE questions ON COMMIT DROP AS
    SELECT o.id AS product_id, p.name, coalesce(u.sellers, '{}') AS sellers
    FROM owned_products o JOIN old_products p ON p.id = o.id CROSS JOIN choices c
    LEFT JOIN (SELECT u.product_id, array_agg(ARRAY[b.id::text, b.name] ORDER BY u.sold DESC, b.id) AS sellers
      FROM product_uses u JOIN new_businesses b ON b.id = u.business_id GROUP BY 1) u ON u.product_id = o.id
    WHERE o.owner IS NULL AND (NOT c.copy_shared OR o.businesses = 0 AND EXISTS (
      SELECT 1 FROM old_inventory i WHERE i.product_id = o.id AND pg_temp.kilos(i.quantity) <> 0))
    """,
    """
    CREATE TEMP TABLE new_products ON COMMIT DROP AS
    WITH every AS (
      SELECT p.id AS old_id, CASE WHEN row_number() OVER (PARTITION BY p.id ORDER BY w.is_owner DESC, w.business_id) = 1
          THEN 'row' ELSE 'copy' END AS origin,
        w.business_id, p.id, pg_temp.words(p.name, 255, 'Producto sin nombre') AS name,
        coalesce(pg_temp.label(p.type, ARRAY['pollo', 'huevo', 'otro']), 'otro') AS type,
        coalesce(pg_temp.label(p.unit, ARRAY['kg', 'unidad']), CASE WHEN u.in_fractions THEN 'kg' ELSE 'unidad' END)
          AS unit,
        coalesce(pg_temp.price(p.base_price), 0) AS base_price,
        coalesce(p.is_active, true) AND w.is_offered AS is_active,
        coalesce(pg_temp.moment(p.created_at), pg_temp.now_utc()) AS created_at,
        coalesce(pg_temp.moment(p.updated_at), pg_temp.moment(p.created_at), pg_temp.now_utc()) AS updated_at
      FROM old_products p JOIN product_places w ON w.id = p.id
      LEFT JOIN product_uses u ON u.product_id = p.id AND u.business_id = w.business_id
      UNION ALL
      SELECT NULL, 'stand_in', u.business_id, coalesce(u.product_id, gen_random_uuid()),
        pg_temp.words(u.name, 255, 'Producto por revisar'), 'otro',
        CASE WHEN u.in_fractions THEN 'kg' ELSE 'unidad' END, coalesce(u.price, 0), false, pg_temp.now_utc(),
        pg_temp.now_utc()
      FROM product_uses u WHERE NOT EXISTS (SELECT 1 FROM old_products p WHERE p.id = u.product_id)
    )
    SELECT every.*, pg_temp.business_date(updated_at) AS price_date, 'synced' AS sync_status,
      row_number() OVER (PARTITION BY business_id ORDER BY is_active DESC, name, id) - 1 AS tile_position
    FROM every
    """,
    "ANALYZE new_products",
    # What was sold without naming a product stands under one of its own, of which nothing else is known.
    """
    CREATE TEMP TABLE nameless_products ON COMMIT DROP AS
    SELECT n.business_id, n.id FROM new_products n
    WHERE n.origin = 'stand_in' AND NOT EXISTS (
      SELECT 1 FROM product_uses u WHERE u.product_id = n.id AND u.business_id = n.business_id)
    """,
    """
    CREATE TEMP TABLE new_inventory ON COMMIT DROP AS
    SELECT DISTINCT ON (o.product_id) o.id AS old_id, 'row' AS origin, w.business_id, o.product_id AS id, o.product_id,
      coalesce(pg_temp.kilos(o.quantity), 0) AS quantity,
      coalesce(pg_temp.moment(o.updated_at), pg_temp.now_utc()) AS updated_at
    FROM old_inventory o JOIN product_places w ON w.id = o.product_id AND w.is_owner
    ORDER BY o.product_id, pg_temp.moment(o.updated_at) DESC NULLS LAST, o.id
    """,
    """
    INSERT INTO left_behind
    SELECT 'inventory', o.id, CASE WHEN p.id IS NULL THEN 'its product does not exist'
      ELSE 'the product has a stock that was counted later, or none that belongs to one business' END
    FROM old_inventory o LEFT JOIN old_products p ON p.id = o.product_id
    WHERE NOT EXISTS (SELECT 1 FROM new_inventory i WHERE i.old_id = o.id)
    """,
    # The sum of its movements is what a product's stock is, so the old figure becomes the first of them.
    """
    CREATE TEMP TABLE new_inventory_movements ON COMMIT DROP AS
    SELECT NULL::uuid AS old_id, 'stand_in' AS origin, i.business_id, gen_random_uuid() AS id, i.product_id,
      'ajuste' AS kind, i.quantity, 'Stock de la base anterior' AS reason, a.id AS created_by, 'synced' AS sync_status,
      pg_temp.business_date(i.updated_at) AS business_date, i.updated_at AS created_at
    FROM new_inventory i LEFT JOIN first_admins a USING (business_id) WHERE i.quantity <> 0
    """,
)
