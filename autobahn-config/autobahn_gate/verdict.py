# SPDX-License-Identifier: Apache-2.0
"""The gate: what Autobahn's two verdicts on a case must be."""

# Autobahn sets these to INFORMATIONAL whatever the peer does.
NO_OTHER_VERDICT = frozenset({"7.1.6", "7.13.1", "7.13.2"})


def complaints(case_id: str, behavior: object, behavior_close: object) -> list[str]:
    """What is wrong with the two verdicts of a case, one line each; empty means that the case passes."""
    allowed = {"OK", "INFORMATIONAL"} if case_id in NO_OTHER_VERDICT else {"OK"}
    found = (("behavior", behavior), ("behaviorClose", behavior_close))
    return [
        f"{field} is {verdict!r}, wanted {' or '.join(sorted(allowed, reverse=True))}"
        for field, verdict in found
        if verdict not in allowed
    ]
