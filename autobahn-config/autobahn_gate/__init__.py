# SPDX-License-Identifier: Apache-2.0
"""Runs the Autobahn suite against one runtime in both roles and judges its reports."""

from pathlib import Path

CONFIG = Path(__file__).resolve().parent.parent
ROOT = CONFIG.parent
