#!/usr/bin/env python3
"""The tariff, as an executable: a request a line on standard input, an answer a line on standard output."""

import json
import sys


def price(body):
    grams = body["grams"]
    cents = 250 if grams <= 1000 else 250 + 120 * -(-(grams - 1000) // 500)
    # Every tenth parcel of a sender is free.
    if body["parcels"] % 10 == 0:
        cents = 0
    return {**body, "cents": cents}


METHODS = {"price": price}

# The loop ends when the worker closes our input, or dies: so nothing of us is ever left behind.
for line in sys.stdin:
    request = json.loads(line)
    answer = {"id": request["id"]}
    method = METHODS.get(request["method"])
    if method is None:
        answer["error"] = {"code": "component.unknown", "message": f"no method {request['method']}"}
    else:
        try:
            answer["body"] = method(request["body"])
        except Exception as error:
            print(f"{request['method']}: {error!r}", file=sys.stderr, flush=True)
            answer["error"] = {"code": "body.not-data", "message": repr(error)}
    print(json.dumps(answer), flush=True)
