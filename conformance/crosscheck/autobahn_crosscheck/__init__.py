# SPDX-License-Identifier: Apache-2.0
"""Compares the native verdict of each case that stands for an Autobahn case with the genuine one."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parents[1]
# The gate already knows how to find, start and read the genuine suite.
sys.path.insert(0, str(ROOT / "autobahn-config"))
