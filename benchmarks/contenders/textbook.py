"""The segmentation as Spark's own guide and most tutorials write it: the loop over all rows."""

from features import list_features
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import Imputer, StandardScaler, VectorAssembler
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from task import parse_task, write_note

task = parse_task()
features = list_features(task.features)
spark = SparkSession.builder.master("local[*]").appName("textbook").getOrCreate()
customers = spark.read.parquet(task.input)

names = [feature.name for feature in features]
sums = {f.name: sum((F.col(c) for c in f.columns[1:]), F.col(f.columns[0])) for f in features}
table = customers.withColumns({name: value.cast("double") for name, value in sums.items()})
table = Imputer(strategy="median", inputCols=names, outputCols=names).fit(table).transform(table)
table = table.withColumns({f.name: F.log1p(f.name) for f in features if f.log1p})
table = VectorAssembler(inputCols=names, outputCol="raw").transform(table)
scaler = StandardScaler(inputCol="raw", outputCol="features", withMean=True, withStd=True).fit(table)
points = scaler.transform(table).select("features").cache()

models, scores = {}, {}
evaluator = ClusteringEvaluator()
for k in range(task.k[0], task.k[1] + 1):
    models[k] = KMeans(k=k, seed=42).fit(points)
    scores[k] = evaluator.evaluate(models[k].transform(points))
best = max(scores, key=lambda k: scores[k])
points.unpersist()

labelled = models[best].transform(scaler.transform(table))
labelled.select(*customers.columns, "prediction").write.partitionBy("prediction").parquet(task.output)

mean, std = scaler.mean.toArray(), scaler.std.toArray()
write_note(task.output, best, {k: [c * std + mean for c in m.clusterCenters()] for k, m in models.items()})
spark.stop()
