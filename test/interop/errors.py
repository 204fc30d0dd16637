"""Makes the calls that are asked for, and says what botocore makes of the answers."""

import json
import sys

import boto3
import botocore.model
from botocore.config import Config
from botocore.exceptions import ClientError

USUAL = botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS


def outcome(call):
    # Of the protocols that a service offers, botocore takes the first of its own order.
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (call["protocol"] or USUAL[0], *USUAL)
    client = boto3.client(
        call["service"],
        region_name=call["region"],
        aws_access_key_id=call["key"],
        aws_secret_access_key="simulated",
        aws_session_token=call["token"] or None,
        config=Config(retries={"mode": "standard", "total_max_attempts": 2}),
    )
    try:
        answer, error = getattr(client, call["operation"])(**call["arguments"] or {}), {}
    except ClientError as failure:
        answer, error = failure.response, failure.response["Error"]
    return {
        "code": error.get("Code", ""),
        "message": error.get("Message", ""),
        "status": answer["ResponseMetadata"]["HTTPStatusCode"],
        "retries": answer["ResponseMetadata"]["RetryAttempts"],
    }


json.dump([outcome(call) for call in json.load(sys.stdin)], sys.stdout)
