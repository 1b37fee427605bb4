"""spark-submit --py-files dist/custseg_spark.zip jobs/stream.py --output PATH --input PATH --to PATH"""

import sys
from collections.abc import Sequence

from custseg_spark import cli


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `custseg stream` with the arguments of this program; gives its exit code."""
    return cli.run("stream", argv)


if __name__ == "__main__":
    sys.exit(main())
