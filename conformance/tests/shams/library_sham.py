# SPDX-License-Identifier: Apache-2.0
"""The library sham for prove.py: its faults, where they can show, and the runtime file that starts it."""

import ctypes
import json

FEATURES = "osprey-int, osprey-result, osprey-codes, osprey-bridge, content-types, osprey-tls, handler-error-closes"
SERVERS = [
    "osprey/14.2-http*/**",
    "osprey/15*/**",
    "osprey/16.4*/**",
    "osprey/16.5*/**",
]
WHERE = {
    "all": ["osprey/*/**"],
    "servers": SERVERS,
    "clients": ["osprey/14.3*/**", "osprey/15*/**", "osprey/16.3*/**"],
    "http-server": ["osprey/14.2-http*/**"],
    "bridge": ["osprey/14.2.1*/**"],
    "http-client": ["osprey/14.3*/**"],
    "ws-client": ["osprey/16.3*/**"],
    "texts": ["osprey/16*/**", "osprey/15*/**"],
    "security": ["osprey/14.4*/**", "osprey/16.4*/**"],
    "bad-frames": ["osprey/14.4*/**", "osprey/16.3*/**"],
}


def listed(sham):
    """Rows of name, area, what."""
    library = ctypes.CDLL(str(sham))
    library.sham_faults.restype = ctypes.c_char_p
    return [line.split("\t") for line in library.sham_faults().decode().splitlines()]


def runtime_lines(arguments, fault):
    driver = arguments.conform.parent.parent / "driver" / "c-driver"
    command = [
        "env",
        f"SHAM_LIBRARY={arguments.library}",
        f"SHAM_FAULT={fault}",
        f"LD_PRELOAD={arguments.sham}",
        "OSPREY_BIND_RETRY_MS=500",
        str(driver),
        str(arguments.sham),
    ]
    return [f"library: {json.dumps(command)}", f"speaks: [{FEATURES}]"]
