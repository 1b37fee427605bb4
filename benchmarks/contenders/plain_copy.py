"""The floor: the engine reads every column and writes it again, partitioned into as many parts as segments.

Nothing is cut here; the partition is a cheap expression with as many values as there are segments.
"""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from task import parse_task, write_note

task = parse_task()
if task.engine == "sail":
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    spark = SparkSession.builder.remote(f"sc://localhost:{server.listening_address[1]}").getOrCreate()
else:
    spark = SparkSession.builder.master("local[*]").appName("copy").getOrCreate()
customers = spark.read.parquet(task.input)
customers.withColumn("part", F.col("Recency") % task.parts).write.partitionBy("part").parquet(task.output)
write_note(task.output, task.parts)
spark.stop()
