# SPDX-License-Identifier: Apache-2.0
"""What prove.py prints: its lists without the entries that have a reason."""


class Trouble(Exception):
    """A run that cannot be made or read; its text is for the user."""


def read_reasons(path):
    """The file's three maps. The format is plain: a section at the margin, entries `name: reason` below it."""
    reasons = {"cases": {}, "faults": {}, "oddities": {}}
    section = None
    for number, line in enumerate(path.read_text().splitlines(), 1):
        text = line.split(" #")[0].rstrip()
        if not text.strip() or text.startswith("#"):
            continue
        name, colon, reason = text.strip().partition(": ")
        if not text.startswith(" ") and text.endswith(":") and text[:-1] in reasons:
            section = reasons[text[:-1]]
        elif text.startswith(" ") and section is not None and colon and reason.strip():
            section[name.strip('"')] = reason.strip().strip('"')
        else:
            raise Trouble(f"{path}:{number}: neither 'cases:', 'faults:', 'oddities:' nor '  name: reason'")
    return reasons


def unreasoned(entries, reasons, short):
    return [entry for entry in entries if entry not in reasons and short(entry) not in reasons]


def show(title, entries, total):
    print(f"\n{title}: {len(entries)} without a reason, {total} in all")
    for entry in entries:
        print(f"  {entry}")


def report(verdicts, reasons):
    cut_off = [key for one in verdicts for key in one["cut_off"]]
    wrong = [case for one in verdicts for case in one["wrong"]]
    cases = [case for one in verdicts for case in one["cases"]]
    faults = [fault for one in verdicts for fault in one["faults"]]
    oddities = {entry: key for one in verdicts for entry, key in one["oddities"].items()}
    show("Cases that are red without any fault", wrong, len(wrong))
    left_cases = unreasoned(cases, reasons["cases"], lambda entry: entry.split(": ")[1])
    show("Cases that no fault turns red", left_cases, len(cases))
    left_faults = unreasoned(faults, reasons["faults"], lambda entry: entry.split("/")[1])
    show("Faults that no case notices", left_faults, len(faults))
    left_oddities = unreasoned(oddities, reasons["oddities"], lambda entry: oddities[entry])
    show("Legal oddities that fail", left_oddities, len(oddities))
    if cut_off:
        show("Runs that were cut off, so that the rest of their cases is not known", cut_off, len(cut_off))
    return not (cut_off or wrong or left_cases or left_faults or left_oddities)
