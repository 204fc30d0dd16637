"""Makes the calls that are asked for, one after the other, and says what botocore makes of the answers."""

import datetime
import functools
import json
import sys

import boto3
import botocore.model
from botocore.config import Config
from botocore.exceptions import ClientError

USUAL = botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS


@functools.cache
def connect(service, protocol, region, key, token):
    # Of the protocols that a service offers, botocore takes the first of its own order.
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (protocol or USUAL[0], *USUAL)
    return boto3.client(
        service,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key="simulated",
        aws_session_token=token or None,
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )


def outcome(call):
    client = connect(*(call[name] for name in ("service", "protocol", "region", "key", "token")))
    try:
        answer, error = getattr(client, call["operation"])(**call["arguments"] or {}), {}
    except ClientError as failure:
        answer, error = failure.response, failure.response["Error"]
    how = answer.pop("ResponseMetadata")
    return {
        "code": error.get("Code", ""),
        "message": error.get("Message", ""),
        "status": how["HTTPStatusCode"],
        "retries": how["RetryAttempts"],
        "answer": answer,
    }


json.dump([outcome(call) for call in json.load(sys.stdin)], sys.stdout, default=datetime.datetime.isoformat)
