"""Coffee-shop orders: files -> bronze (as they came) -> silver (clean, one row per order) -> gold (revenue)."""

from pyspark import pipelines as dp
from pyspark.sql import functions as F

# `spark` is given by the pipeline. The folder comes from the pipeline's configuration.
SOURCE = spark.conf.get("orders.source")  # noqa: F821

# A row that breaks a rule is dropped and counted: one broken row must not stop the day's numbers.
RULES = {
    "has a key": "order_id IS NOT NULL",
    "has a price": "price IS NOT NULL AND price > 0",
    "is not in the future": "ordered_at <= _ingested_at",
}


@dp.table(comment="Orders exactly as they arrived, with file and arrival time.")
def bronze_orders():
    return (
        spark.readStream.format("cloudFiles")  # noqa: F821
        .option("cloudFiles.format", "json")
        .option("cloudFiles.schemaHints", "price STRING, ordered_at STRING")
        .load(SOURCE)
        .withColumn("_source_file", F.col("_metadata.file_path"))
        .withColumn("_ingested_at", F.current_timestamp())
    )


@dp.temporary_view(comment="Typed orders that keep the rules.")
@dp.expect_all_or_drop(RULES)
def valid_orders():
    return spark.readStream.table("bronze_orders").select(  # noqa: F821
        "order_id",
        F.expr("try_cast(ordered_at AS TIMESTAMP)").alias("ordered_at"),
        F.trim("shop").alias("shop"),
        F.lower("drink").alias("drink"),
        "size",
        F.expr("try_cast(price AS DECIMAL(10, 2))").alias("price"),
        F.lower("customer_email").alias("customer_email"),
        "_ingested_at",
    )


dp.create_streaming_table(name="silver_orders", comment="One row per order: the one that arrived last.")

dp.create_auto_cdc_flow(
    target="silver_orders",
    source="valid_orders",
    keys=["order_id"],
    sequence_by=F.struct("_ingested_at", "ordered_at"),
    stored_as_scd_type=1,
)


@dp.materialized_view(comment="Revenue and number of orders per shop and hour.")
def gold_revenue_by_hour():
    return (
        spark.read.table("silver_orders")  # noqa: F821
        .groupBy("shop", F.date_trunc("hour", "ordered_at").alias("hour"))
        .agg(F.sum("price").alias("revenue"), F.count("*").alias("orders"))
    )
