# SPDX-License-Identifier: Apache-2.0
"""nginx as an HTTP server that answers GET / and sends content back; the echo module of Debian does the latter."""

import argparse
import os
import pathlib
import socket
import sys
import tempfile

MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")
CONFIGURATION = """\
{load}
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 64m;
  client_body_buffer_size 4m;
  client_header_timeout 2s;
  default_type text/plain;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      if ($request_method ~ ^(GET|HEAD|OPTIONS|DELETE)$) {{ return 200 "Hello, world"; }}
      {echo}
    }}
    location = /osprey-nothing-here {{ return 404; }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9001)
    port = parser.parse_args().port or free_port()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="osprey-nginx-"))
    there = MODULE.is_file()
    text = CONFIGURATION.format(
        folder=folder,
        port=port,
        load=f"load_module {MODULE};" if there else "",
        echo="echo_read_request_body; echo_request_body;" if there else 'return 200 "Hello, world";',
    )
    (folder / "nginx.conf").write_text(text)
    print(f"listening on http://127.0.0.1:{port}", flush=True)
    nginx = "/usr/sbin/nginx"
    os.execv(nginx, [nginx, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"])


try:
    main()
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
