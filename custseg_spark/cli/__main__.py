"""python -m custseg_spark.cli"""

import sys

from custseg_spark.cli import main

sys.exit(main())
