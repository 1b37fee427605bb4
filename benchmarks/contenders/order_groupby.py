"""The plain job: group the sales of order lines by customer and write the same columns as Parquet."""

import argparse

from open_engine import open_engine
from pyspark.sql import functions as F

parser = argparse.ArgumentParser()
parser.add_argument("--input", required=True)
parser.add_argument("--output", required=True)
parser.add_argument("--engine", choices=("spark", "sail"), default="spark")
given = parser.parse_args()

spark = open_engine(given.engine, "groupby")
lines = spark.read.parquet(given.input).filter("CustomerID IS NOT NULL AND UnitPrice > 0")
back = F.col("InvoiceNo").startswith("C")
sale, money, day = ~back, F.col("Quantity") * F.col("UnitPrice"), F.to_date("InvoiceDate")
customers = lines.groupBy("CustomerID").agg(
    F.max(F.when(sale, day)).alias("last_order"),
    F.min(F.when(sale, day)).alias("first_order"),
    F.count_distinct(F.when(sale, F.col("InvoiceNo"))).alias("frequency"),
    F.sum(F.when(sale, money)).alias("monetary"),
    F.sum(F.when(sale, F.col("Quantity"))).alias("items"),
    F.sum(F.when(back, -money)).alias("returned"),
)
customers.filter("frequency > 0").write.parquet(given.output)
spark.stop()
