"""Creates the endpoints that are asked for, and says how boto3 sees them afterwards."""

import json
import sys

import boto3

sagemaker = boto3.client("sagemaker")
sagemaker.create_model(
    ModelName="model",
    ExecutionRoleArn="arn:aws:iam::123456789012:role/model",
    PrimaryContainer={"Image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/model:1"},
)
asked = json.load(sys.stdin)
for endpoint in asked:
    name = endpoint["name"]
    config = {
        "EndpointConfigName": name + "-config",
        "ProductionVariants": [{"ModelName": "model", **variant} for variant in endpoint["variants"]],
    }
    if endpoint["async"]:
        config["AsyncInferenceConfig"] = {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}
    sagemaker.create_endpoint_config(**config)
    sagemaker.create_endpoint(
        EndpointName=name,
        EndpointConfigName=name + "-config",
        Tags=[{"Key": key, "Value": value} for key, value in endpoint["tags"].items()],
    )

seen = {}
for page in sagemaker.get_paginator("list_endpoints").paginate():
    for summary in page["Endpoints"]:
        endpoint = sagemaker.describe_endpoint(EndpointName=summary["EndpointName"])
        config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        types = {v["VariantName"]: v.get("InstanceType", "") for v in config["ProductionVariants"]}
        seen[endpoint["EndpointName"]] = {
            "arn": endpoint["EndpointArn"],
            "status": endpoint["EndpointStatus"],
            "config": endpoint["EndpointConfigName"],
            "created": endpoint["CreationTime"].isoformat(),
            "modified": endpoint["LastModifiedTime"].isoformat(),
            "variants": [
                {
                    "name": v["VariantName"],
                    "instanceType": types[v["VariantName"]],
                    "count": v.get("CurrentInstanceCount", 0),
                    "memory": v.get("CurrentServerlessConfig", {}).get("MemorySizeInMB", 0),
                    "provisioned": v.get("CurrentServerlessConfig", {}).get("ProvisionedConcurrency", 0),
                }
                for v in endpoint["ProductionVariants"]
            ],
        }
for endpoint in asked:
    if endpoint["configGone"]:
        sagemaker.delete_endpoint_config(EndpointConfigName=endpoint["name"] + "-config")
json.dump(seen, sys.stdout)
