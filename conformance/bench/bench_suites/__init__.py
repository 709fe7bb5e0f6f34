# SPDX-License-Identifier: Apache-2.0
"""Times the genuine Autobahn suite, kosoku and the judge on one server."""

from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parents[1]
