"""Runs code in kernels and types into terminals of a Jupyter Server, as a person at a browser does."""

import json
import sys

from jupyter_client import BlockingKernelClient
import websocket

asked = json.load(sys.stdin)
for run in asked["run"]:
    client = BlockingKernelClient()
    client.load_connection_file(f"{asked['runtime']}/kernel-{run['kernel']}.json")
    client.start_channels()
    client.wait_for_ready(timeout=60)
    if run["wait"]:
        client.execute_interactive(run["code"], timeout=60, output_hook=lambda _: None)
    else:
        client.execute(run["code"])
        while client.get_iopub_msg(timeout=60)["content"].get("execution_state") != "busy":
            pass
    client.stop_channels()
for terminal, line in asked["type"].items():
    socket = websocket.create_connection(f"{asked['server'].replace('http', 'ws')}terminals/websocket/{terminal}", timeout=60)
    socket.send(json.dumps(["stdin", line + "\r"]))
    while "typed" not in socket.recv():
        pass
    socket.close()
json.dump({}, sys.stdout)
