"""Every night: label the customers with the live run; on the first of a month, look for segments anew.

Needs `spark-submit` on the workers of Airflow, and the files of one release side by side. A new run is a
candidate until a person promotes it (custseg runs promote), so the monthly task changes nobody's segment.
Settings are Airflow variables or the defaults below; the secret of `privacy.hash` comes from a connection or
the environment of the workers, never from here.
"""

from __future__ import annotations

import os
from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import ShortCircuitOperator
from airflow.sdk import DAG

HOME = os.environ.get("CUSTSEG_HOME", "/opt/custseg")
RECIPE = os.environ.get("CUSTSEG_RECIPE", f"{HOME}/customers.yaml")
CUSTOMERS = os.environ.get("CUSTSEG_INPUT", "s3a://lake/customers")
OUTPUT = os.environ.get("CUSTSEG_OUTPUT", "s3a://lake/segments")
SUBMIT = f"spark-submit --py-files {HOME}/custseg_spark.zip {HOME}/jobs"

NIGHT = "--run-date {{ ds }} --fail-on-drift"  # a night that is made up for replaces its own day in the lake
# 2 the recipe, 3 the data, 5 drift: running it again gives the same answer, so Airflow does not. 4 and
# anything else may pass: storage comes back.
ONCE = '; code=$?; case $code in 2|3|5) echo "custseg ended with $code"; exit 99;; *) exit $code;; esac'


def _first_of_the_month(logical_date: pendulum.DateTime) -> bool:
    return logical_date.day == 1


with DAG(
    dag_id="customer_segments",
    schedule="0 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=15),
        "execution_timeout": timedelta(hours=3),
    },
    tags=["customers"],
    doc_md=__doc__,
) as dag:
    score = BashOperator(
        task_id="score",
        bash_command=f"{SUBMIT}/score.py --output {OUTPUT} --input {CUSTOMERS} --to {OUTPUT} {NIGHT}{ONCE}",
        skip_on_exit_code=None,
    )
    monthly = ShortCircuitOperator(task_id="first_of_the_month", python_callable=_first_of_the_month)
    train = BashOperator(
        task_id="train",
        bash_command=f"{SUBMIT}/train.py --recipe {RECIPE} --input {CUSTOMERS} --output {OUTPUT}{ONCE}",
        skip_on_exit_code=None,
    )
    prune = BashOperator(task_id="prune", bash_command=f"custseg runs prune --output {OUTPUT}")
    monthly >> train >> prune
