"""Makes an organization in moto with the accounts that are asked for, a notebook instance in each, and says their ids."""

import json
import sys

import boto3

organizations, sts = boto3.client("organizations"), boto3.client("sts")
organizations.create_organization(FeatureSet="ALL")
root = organizations.list_roots()["Roots"][0]["Id"]
units, ids = {}, {}


def sagemaker_of(account):
    arn = f"arn:aws:iam::{account}:role/Maker"
    credentials = sts.assume_role(RoleArn=arn, RoleSessionName="maker")["Credentials"]
    return boto3.client(
        "sagemaker",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def make(sagemaker, owner):
    sagemaker.create_notebook_instance(
        NotebookInstanceName="notebook",
        InstanceType="ml.t3.medium",
        RoleArn="arn:aws:iam::123456789012:role/model",
        Tags=[{"Key": "owner", "Value": owner}],
    )


def unit(path):
    """The unit's id. What is above it comes before it."""
    if path not in units:
        above, _, name = path.rpartition("/")
        parent = unit(above) if above else root
        made = organizations.create_organizational_unit(ParentId=parent, Name=name)
        units[path] = made["OrganizationalUnit"]["Id"]
    return units[path]


for account in json.load(sys.stdin):
    name = account["name"]
    made = organizations.create_account(
        AccountName=name,
        Email=name + "@example.com",
        Tags=[{"Key": key, "Value": value} for key, value in account["tags"].items()],
    )
    id = ids[name] = made["CreateAccountStatus"]["AccountId"]
    if account["unit"]:
        organizations.move_account(AccountId=id, SourceParentId=root, DestinationParentId=unit(account["unit"]))
    make(sagemaker_of(id), name)
    if account["closed"]:
        organizations.close_account(AccountId=id)
make(boto3.client("sagemaker"), "master")
json.dump(ids, sys.stdout)
