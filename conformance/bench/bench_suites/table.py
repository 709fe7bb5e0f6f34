# SPDX-License-Identifier: Apache-2.0
"""What the user sees. Pure logic."""

from .measure import Cost


def _verdicts(cost: Cost) -> str:
    return ", ".join(f"{count} {word}" for word, count in cost.verdicts.most_common())


def row(name: str, cost: Cost) -> str:
    return f"  {name:28} {cost.wall:9.2f} {cost.cpu:9.2f} {cost.server_cpu:10.2f}   {_verdicts(cost)}"


def head(title: str) -> str:
    return f"\n{title}\n  {'':28} {'wall s':>9} {'own CPU s':>9} {'server CPU':>10}   verdicts"


def ratio(theirs: str, their_cost: Cost, our_cost: Cost, aim: float | None) -> str:
    """How many times faster ours is; the aim, where there is one, stands beside it."""
    times = their_cost.wall / our_cost.wall
    if aim is None:
        return f"  ours is {times:.1f} times as fast as {theirs}"
    word = "reached" if times >= aim else "MISSED"
    return f"  ours is {times:.1f} times as fast as {theirs} (aim {aim:g}: {word})"
