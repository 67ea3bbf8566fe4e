"""Prints what happens: TOKEN=… python sse_client.py <address of reporting> ["<filters>"]. Needs httpx and nothing of ours."""

import os
import sys
import time

import httpx


def follow(url: str, filters: str) -> None:
    """Every entry once, from now on, for ever; also across lost connections."""
    last, retry = "", 3.0  # a dashboard keeps `last` beside what it counted, and goes on behind it
    while True:
        headers = {"Authorization": f"Bearer {os.environ['TOKEN']}"} | ({"Last-Event-ID": last} if last else {})
        try:
            with httpx.stream("GET", f"{url}/v1/feed?{filters}", headers=headers, timeout=40) as answer:
                answer.raise_for_status()
                event = data = ""
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    last, retry = value if name == "id" else last, int(value) / 1000 if name == "retry" else retry
                    event, data = value if name == "event" else event, value if name == "data" else data
                    if not line and data:
                        print(last, event, data, flush=True)
                    event, data = (event, data) if line else ("", "")
        except httpx.TransportError as error:
            print("lost:", error, file=sys.stderr)
        time.sleep(retry)


if __name__ == "__main__":
    follow(sys.argv[1], "".join(sys.argv[2:]))
