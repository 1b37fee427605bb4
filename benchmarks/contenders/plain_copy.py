"""The floor: the engine reads every column and writes it again, partitioned into as many parts as segments.

Nothing is cut here; the partition is a cheap expression with as many values as there are segments.
"""

from open_engine import open_engine
from pyspark.sql import functions as F
from task import parse_task, write_note

task = parse_task()
spark = open_engine(task.engine, "copy")
customers = spark.read.parquet(task.input)
customers.withColumn("part", F.col("Recency") % task.parts).write.partitionBy("part").parquet(task.output)
write_note(task.output, task.parts)
spark.stop()
