#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the methods and fields of every class: one that has many carries more than one idea.

What is deleted, and what a nested class has, is not counted. Classes over the limits are listed with the most they may
have; that goes down only.
"""

import re
import sys

from architecture import ROOT, told

METHODS, FIELDS = 25, 20
FOLDERS = ("conformance", "reference-runtime")
# Header, class -> methods and fields it may have until it is split.
LARGE = {
    ("conformance/case/case.hpp", "Case"): (2, 33),
    ("conformance/case/step.hpp", "Item"): (0, 22),
    ("conformance/cli/run_options.hpp", "RunOptions"): (0, 31),
    ("conformance/run/client/client_run.hpp", "ClientRun"): (39, 24),
    ("conformance/run/connection/channel.hpp", "Channel"): (41, 33),
    ("conformance/run/dialogue/case_run.hpp", "CaseRun"): (74, 33),
    ("conformance/run/engine/engine.hpp", "Engine"): (31, 26),
    ("conformance/run/http/http_kept.hpp", "HttpKept"): (30, 24),
    ("conformance/run/library/library_case.hpp", "LibraryCase"): (59, 33),
    ("conformance/run/result/verdict.hpp", "Result"): (0, 27),
    ("conformance/run/result/verdict.hpp", "RunHeader"): (0, 21),
    ("conformance/run/server/server_run.hpp", "ServerRun"): (44, 24),
    ("conformance/subject/connection.hpp", "Connection"): (36, 28),
    ("conformance/tests/shams/connection.hpp", "Connection"): (33, 17),
    ("conformance/tests/shams/options.hpp", "Options"): (0, 21),
    ("conformance/tests/shams/session.hpp", "Session"): (31, 25),
    ("reference-runtime/driver/echo_server.cpp", "Options"): (1, 22),
    ("reference-runtime/net/connection_io.hpp", "ConnectionIo"): (50, 7),
    ("reference-runtime/net/loop.hpp", "Loop"): (26, 10),
    ("reference-runtime/wire/session.hpp", "Session"): (36, 17),
}

COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.*?)\)"|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', re.DOTALL)
DIRECTIVE = re.compile(r"^\s*#.*(?:\\\n.*)*", re.MULTILINE)
HEAD = re.compile(
    r"(?<!enum )\b(?:class|struct|union)\s+(?:alignas\([^)]*\)\s*)?([A-Za-z_]\w*)\s*(?:final\s*)?(?::[^:;{}][^;{}]*)?\{"
)
NO_MEMBER = re.compile(r"^(using|typedef|friend|enum|class|struct|union|static_assert|template\s*class)\b")
ACCESS = re.compile(r"\b(?:public|private|protected)\s*:(?!:)")
TEMPLATE = re.compile(r"<[^<>;]*>")


def body_end(text, begin):
    """Behind the brace that closes the one before `begin`."""
    depth = 1
    for at in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    return len(text)


def members(body):
    """The declarations of a class, without what stands in their braces."""
    out, one, depth = [], "", 0
    for at, char in enumerate(body):
        if char == "{":
            depth += 1
            one += "{" if depth == 1 else ""
        elif char == "}":
            depth -= 1
            if depth == 0:
                one += "}"
                # The body of a function needs no semicolon; a field's first value and a nested class do.
                if not re.match(r"\s*[;,({]", body[at + 1 :]) and "(" in one.split("{")[0]:
                    out.append(one)
                    one = ""
        elif depth == 0 and char == ";":
            out.append(one)
            one = ""
        elif depth == 0:
            one += char
    return [text for text in (ACCESS.sub("", one).strip() for one in out) if text]


def without_templates(text):
    while TEMPLATE.search(text):
        text = TEMPLATE.sub("", text)
    return text


def is_method(declaration):
    return "(" in re.split(r"[={]", declaration.replace("operator=", "operator"))[0]


def fields_in(text):
    """Of a declaration that is no method's: it may name several."""
    return 1 + re.sub(r"\{[^}]*\}|\([^)]*\)|\[[^\]]*\]", "", text).count(",")


def count(body):
    methods = fields = 0
    for one in map(without_templates, members(body)):
        if NO_MEMBER.match(one) or re.search(r"=\s*delete$", one):
            continue
        if is_method(one):
            methods += 1
        else:
            fields += fields_in(one)
    return methods, fields


def classes(path):
    text = DIRECTIVE.sub("", COMMENT_OR_TEXT.sub('""', path.read_text(encoding="utf-8")))
    for head in HEAD.finditer(text):
        yield head.group(1), count(text[head.end() : body_end(text, head.end())])


def complaints():
    seen = set()
    for half in FOLDERS:
        for path in sorted((ROOT / half).rglob("*.[ch]pp")):
            for name, (methods, fields) in classes(path):
                key = (str(path.relative_to(ROOT)), name)
                seen.add(key)
                allowed = LARGE.get(key, (METHODS, FIELDS))
                where = f"{key[0]}: {name} has {methods} methods and {fields} fields"
                if methods > allowed[0] or fields > allowed[1]:
                    yield f"{where}; {allowed[0]} and {allowed[1]} are the most: split it by idea"
                elif key in LARGE and (methods, fields) != allowed:
                    yield f"{where}: its row in ci/check_classes.py says {allowed}; lower it"
                elif key in LARGE and methods <= METHODS and fields <= FIELDS:
                    yield f"{where}: it needs no row in ci/check_classes.py any more"
    for path, name in sorted(LARGE.keys() - seen):
        yield f"ci/check_classes.py lists {name} of {path}, which is not there"


if __name__ == "__main__":
    sys.exit(told("classes", complaints()))
