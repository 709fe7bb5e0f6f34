# SPDX-License-Identifier: Apache-2.0
"""Verdicts of osprey-conform as pytest items."""
