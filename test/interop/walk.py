"""Walks targets of the simulated organization with boto3, and says how much of everything there is."""

import datetime
import json
import sys

import boto3
import botocore.model
from botocore.exceptions import ClientError

# Query, which older releases speak to CloudWatch, is not simulated.
PROTOCOLS = ("json", "smithy-rpc-v2-cbor")


def count(client, operation, result, **arguments):
    return sum(1 for _ in items(client, operation, result, **arguments))


def items(client, operation, result, **arguments):
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[result]


def entries(client, operation, **arguments):
    """What a listing of SageMaker holds: its answer has one list. Botocore has no paginator for some of them."""
    while True:
        page = getattr(client, operation)(MaxResults=100, **arguments)
        yield from next(value for value in page.values() if isinstance(value, list))
        if "NextToken" not in page:
            return
        arguments["NextToken"] = page["NextToken"]


def listed(client, listing):
    """How many a family has, over all that its members may belong to."""
    parents = [{}]
    if listing.get("within"):
        name = listing["parent"]
        parents = [{name: above[name]} for above in entries(client, listing["within"])]
    if listing.get("sorts"):
        parents = [{**above, listing["sort"]: sort} for above in parents for sort in listing["sorts"]]
    return sum(1 for above in parents for _ in entries(client, listing["operation"], **above))


def find(operation, **arguments):
    """What describes a hosting resource, None if it is gone: SageMaker says that as an invalid request."""
    try:
        return operation(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationException" and "Could not find" in str(error):
            return None
        raise


def clouds(session):
    """Clients of CloudWatch by protocol. Of those that a service offers, botocore takes the first of its own order."""
    usual = botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS
    for protocol in PROTOCOLS:
        botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (protocol, *usual)
        client = session.client("cloudwatch")
        assert client.meta.service_model.resolved_protocol == protocol
        yield protocol, client
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = usual


def agreed(answers):
    """The one answer that was given over every protocol."""
    answers = dict(answers)
    first, *others = answers.values()
    if any(other != first for other in others):
        sys.exit(f"the protocols disagree: {answers}")
    return first


def series(session, start, end, variants):
    """What CloudWatch knows of the variants, asked by GetMetricData and by GetMetricStatistics."""
    for protocol, cloudwatch in clouds(session):
        queries = [
            {
                "Id": f"m{i}",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/SageMaker",
                        "MetricName": "Invocations",
                        "Dimensions": dimensions(*variant),
                    },
                    "Period": 3600,
                    "Stat": "Sum",
                },
            }
            for i, variant in enumerate(variants)
        ]
        invocations = samples = 0
        if queries:
            for result in items(
                cloudwatch, "get_metric_data", "MetricDataResults",
                MetricDataQueries=queries, StartTime=start, EndTime=end,
            ):
                assert result["StatusCode"] == "Complete", result
                invocations += sum(result["Values"])
        for variant in variants:
            points = cloudwatch.get_metric_statistics(
                Namespace="/aws/sagemaker/Endpoints", MetricName="CPUUtilization", Dimensions=dimensions(*variant),
                StartTime=start, EndTime=end, Period=3600, Statistics=["SampleCount"],
            )["Datapoints"]
            samples += sum(point["SampleCount"] for point in points)
        listed = count(cloudwatch, "list_metrics", "Metrics", Namespace="AWS/SageMaker")
        yield protocol, (listed, int(invocations), int(samples))


def dimensions(endpoint, variant):
    return [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]


def walk(profile, region, start, end, listings):
    session = boto3.Session(profile_name=profile, region_name=region)
    sagemaker = session.client("sagemaker")
    found = {"account": int(session.client("sts").get_caller_identity()["Account"])}
    found.update(dict.fromkeys(["domains", "users", "spaces", "apps listed", "apps", "endpoints", "configs", "instances"], 0))
    for domain in items(sagemaker, "list_domains", "Domains"):
        here = {"DomainIdEquals": domain["DomainId"]}
        found["domains"] += 1
        found["users"] += count(sagemaker, "list_user_profiles", "UserProfiles", **here)
        found["spaces"] += count(sagemaker, "list_spaces", "Spaces", **here)
        for app in items(sagemaker, "list_apps", "Apps", **here):
            found["apps listed"] += 1
            if app["Status"] in ("Deleted", "Failed"):
                continue
            names = ("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName")
            try:
                described = sagemaker.describe_app(**{name: app[name] for name in names if name in app})
            except sagemaker.exceptions.ResourceNotFound:
                continue  # it vanished in between
            assert described["AppName"] == app["AppName"]
            found["apps"] += 1
    variants = []
    for summary in items(sagemaker, "list_endpoints", "Endpoints"):
        endpoint = find(sagemaker.describe_endpoint, EndpointName=summary["EndpointName"])
        if not endpoint:
            continue
        found["endpoints"] += 1
        here = endpoint.get("ProductionVariants", []) + endpoint.get("ShadowProductionVariants", [])
        config = find(sagemaker.describe_endpoint_config, EndpointConfigName=endpoint["EndpointConfigName"])
        if config:
            found["configs"] += 1
            configured = config["ProductionVariants"] + config.get("ShadowProductionVariants", [])
            assert [v["VariantName"] for v in configured] == [v["VariantName"] for v in here], config
        found["instances"] += sum(v.get("CurrentInstanceCount", 0) for v in here)
        variants += [(endpoint["EndpointName"], v["VariantName"]) for v in here]
    found["variants"] = len(variants)
    found["configurations"] = count(sagemaker, "list_endpoint_configs", "EndpointConfigs")
    found["models"] = count(sagemaker, "list_models", "Models")
    for listing in listings:
        found[listing["family"]] = listed(sagemaker, listing)
    found["created"] = count(
        session.client("cloudtrail"), "lookup_events", "Events",
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateEndpoint"}],
    )
    found["components"] = count(sagemaker, "list_inference_components", "InferenceComponents")
    found["metrics"], found["invocations"], found["samples"] = agreed(series(session, start, end, variants))
    logs = session.client("logs")
    try:
        found["streams"] = count(logs, "describe_log_streams", "logStreams", logGroupName="/aws/sagemaker/studio")
    except logs.exceptions.ResourceNotFoundException:
        found["streams"] = 0  # nobody ever used Studio here
    tagging = session.client("resourcegroupstaggingapi")
    found["tagged"] = count(tagging, "get_resources", "ResourceTagMappingList", ResourceTypeFilters=["sagemaker"])
    found["prices"] = count(
        session.client("pricing", region_name="us-east-1"), "get_products", "PriceList", ServiceCode="AmazonSageMaker",
        Filters=[{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}],
    )
    found["regions"] = count(session.client("account"), "list_regions", "Regions")
    return found


asked = json.load(sys.stdin)
window = [datetime.datetime.fromisoformat(asked[end]) for end in ("start", "end")]
json.dump({f"{t['profile']}/{t['region']}": walk(t["profile"], t["region"], *window, asked["listings"]) for t in asked["targets"]}, sys.stdout)
