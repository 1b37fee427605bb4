"""Every night: label the customers with the live run; on the first of a month, look for segments anew.

Needs `spark-submit` on the workers of Airflow, and the files of one release side by side. A new run is a
candidate until a person promotes it (custseg runs promote), so the monthly task changes nobody's
segment. Which exit codes are tried again rests on spark-submit handing them on, as it does where the
driver runs beside it (deploy mode client, which is the default). Settings are environment variables or
the defaults below; the secret of `privacy.hash` comes from a connection or the environment of the
workers, never from here.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import ShortCircuitOperator
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

HOME = os.environ.get("CUSTSEG_HOME", "/opt/custseg")
RECIPE = os.environ.get("CUSTSEG_RECIPE", f"{HOME}/customers.yaml")
CUSTOMERS = os.environ.get("CUSTSEG_INPUT", "s3a://lake/customers")
OUTPUT = os.environ.get("CUSTSEG_OUTPUT", "s3a://lake/segments")
SUBMIT = f"spark-submit --py-files {HOME}/custseg_spark.zip {HOME}/jobs"

NIGHT = "--run-date {{ ds }} --fail-on-drift"  # a night that is made up for replaces its own day in the lake
FINAL = {2: "the recipe or command is wrong", 3: "the data breaks the contract", 5: "customers drifted"}


class CustsegOperator(BashOperator):  # type: ignore[misc]  # without Airflow its class is unknown
    """A command of custseg. Its exit codes 2, 3 and 5 fail the task at once: running it again gives the same
    answer. 4 and anything else may pass, as storage comes back, and get the task's retries."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments, skip_on_exit_code=list(FINAL))

    def execute(self, context: Any) -> Any:
        try:
            return super().execute(context)
        except AirflowSkipException as ended:  # what Bash's operator makes of these codes
            code = next(code for code in FINAL if f"exit code {code}." in str(ended))
            raise AirflowFailException(f"custseg ended with {code}: {FINAL[code]}") from ended


def _first_of_the_month(logical_date: pendulum.DateTime) -> bool:
    return bool(logical_date.day == 1)


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
    score = CustsegOperator(
        task_id="score",
        bash_command=f"{SUBMIT}/score.py --output {OUTPUT} --input {CUSTOMERS} --to {OUTPUT} {NIGHT}",
    )
    monthly = ShortCircuitOperator(task_id="first_of_the_month", python_callable=_first_of_the_month)
    train = CustsegOperator(
        task_id="train",
        bash_command=f"{SUBMIT}/train.py --recipe {RECIPE} --input {CUSTOMERS} --output {OUTPUT}",
    )
    prune = CustsegOperator(task_id="prune", bash_command=f"custseg runs prune --output {OUTPUT}")
    monthly >> train >> prune
