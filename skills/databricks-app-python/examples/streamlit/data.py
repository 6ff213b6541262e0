"""Where the numbers come from: a SQL warehouse when one is configured, otherwise a CSV file beside the app."""

import os
from functools import cache

import pandas as pd

COLUMNS = ["shop", "hour", "revenue", "orders"]


@cache
def connection():
    """One connection per process, as the app's own identity."""
    from databricks import sql
    from databricks.sdk.core import Config

    config = Config()
    return sql.connect(
        server_hostname=config.hostname,
        http_path=f"/sql/1.0/warehouses/{os.environ['WAREHOUSE_ID']}",
        credentials_provider=lambda: config.authenticate,
    )


def load_revenue():
    """Revenue and orders per shop and hour."""
    if os.environ.get("WAREHOUSE_ID"):
        table = os.environ["GOLD_TABLE"]
        if not all(part.replace("_", "").isalnum() for part in table.split(".")):
            raise ValueError("GOLD_TABLE must be catalog.schema.table")
        with connection().cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM {table}")
            frame = cursor.fetchall_arrow().to_pandas()
    else:
        frame = pd.read_csv(os.environ.get("GOLD_CSV", "data/gold.csv"), usecols=COLUMNS)
    frame["hour"] = pd.to_datetime(frame["hour"], utc=True)
    return frame.astype({"revenue": float, "orders": int})
