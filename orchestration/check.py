"""Check the DAG with Airflow's own DagBag and the bundle's jobs with Databricks' own classes.

Runs in the environment that scripts/orchestration-test makes: neither belongs to what custseg_spark needs.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent


def dag() -> list[str]:
    """What is wrong with the DAG."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag

    bag = DagBag(str(HERE / "airflow_dag.py"))
    problems = [f"{file}: {error}" for file, error in bag.import_errors.items()]
    found = bag.dags.get("customer_segments")
    if found is None:
        return [*problems, "there is no DAG customer_segments"]
    tasks = {task.task_id: sorted(task.upstream_task_ids) for task in found.tasks}
    expected = {"score": [], "first_of_the_month": [], "train": ["first_of_the_month"], "prune": ["train"]}
    if tasks != expected:
        problems.append(f"its tasks are {tasks}")
    return [*problems, *retried(type(found.get_task("score")), found)]


def retried(operator: type, dag: Any) -> list[str]:
    """What is wrong with which exit codes end a task at once and which get its retries: commands are run."""
    from airflow.sdk.exceptions import AirflowException, AirflowFailException

    problems = [
        f"{task.task_id} does not run custseg by {operator.__name__}"
        for task in dag.tasks
        if task.task_id in ("score", "train", "prune") and not isinstance(task, operator)
    ]
    for code, expected in {0: None, 1: False, 2: True, 3: True, 4: False, 5: True, 137: False}.items():
        final = None
        try:
            operator(task_id=f"exit_{code}", bash_command=f"exit {code}").execute({})
        except AirflowFailException:
            final = True
        except AirflowException:
            final = False
        if final is not expected:
            problems.append(f"exit code {code}: fails at once is {final}, expected {expected}")
    return problems


def bundle() -> list[str]:
    """What is wrong with the bundle's jobs."""
    from databricks.bundles.jobs import Job

    jobs = yaml.safe_load((HERE / "databricks.yml").read_text())["resources"]["jobs"]
    problems = []
    for name, job in jobs.items():
        try:
            Job.from_dict(job)
        except Exception as problem:
            problems.append(f"resources.jobs.{name}: {problem}")
    try:
        Job.from_dict({**next(iter(jobs.values())), "no_such_key": 1})
        problems.append("a key that no job has was taken: the check is worth nothing")
    except Exception:
        pass
    return problems


if __name__ == "__main__":
    wrong = [f"airflow_dag.py: {line}" for line in dag()]
    wrong += [f"databricks.yml: {line}" for line in bundle()]
    print("\n".join(wrong) or "the DAG and the bundle's jobs are sound")
    sys.exit(bool(wrong))
