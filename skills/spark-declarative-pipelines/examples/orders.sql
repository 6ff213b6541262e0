-- Coffee-shop orders: files -> bronze -> silver -> gold. ${orders.source} comes from the pipeline's configuration.

CREATE OR REFRESH STREAMING TABLE bronze_orders
COMMENT 'Orders exactly as they arrived, with file and arrival time.'
AS SELECT *, _metadata.file_path AS _source_file, current_timestamp() AS _ingested_at
FROM STREAM read_files('${orders.source}', format => 'json', schemaHints => 'price STRING, ordered_at STRING');

CREATE OR REFRESH STREAMING TABLE valid_orders (
  CONSTRAINT has_a_key EXPECT (order_id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT has_a_price EXPECT (price IS NOT NULL AND price > 0) ON VIOLATION DROP ROW,
  CONSTRAINT is_not_in_the_future EXPECT (ordered_at <= _ingested_at) ON VIOLATION DROP ROW
)
AS SELECT
  order_id,
  try_cast(ordered_at AS TIMESTAMP) AS ordered_at,
  trim(shop) AS shop,
  lower(drink) AS drink,
  size,
  try_cast(price AS DECIMAL(10, 2)) AS price,
  lower(customer_email) AS customer_email,
  _ingested_at
FROM STREAM(bronze_orders);

CREATE OR REFRESH STREAMING TABLE silver_orders;

CREATE FLOW silver_orders_flow AS AUTO CDC INTO silver_orders
FROM STREAM(valid_orders)
KEYS (order_id)
SEQUENCE BY struct(_ingested_at, ordered_at)
STORED AS SCD TYPE 1;

CREATE OR REFRESH MATERIALIZED VIEW gold_revenue_by_hour
COMMENT 'Revenue and number of orders per shop and hour.'
AS SELECT shop, date_trunc('HOUR', ordered_at) AS hour, sum(price) AS revenue, count(*) AS orders
FROM silver_orders
GROUP BY ALL;
