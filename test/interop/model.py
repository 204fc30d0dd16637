"""Holds inputs against AWS's own API models, as boto3 has them: members, types, lengths, enumerations and patterns."""

import json
import re
import sys

import botocore.session
from botocore.validate import ParamValidator

session = botocore.session.get_session()


def strict(value, shape, at):
    """What botocore leaves to the service: enumerations and patterns."""
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from strict(member, shape.members[name], f"{at}.{name}")
    elif shape.type_name == "list":
        for n, member in enumerate(value):
            yield from strict(member, shape.member, f"{at}[{n}]")
    elif shape.type_name == "map":
        for key, member in value.items():
            yield from strict(member, shape.value, f"{at}[{key}]")
    elif shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield f"{at}: {value!r} is none of {shape.enum}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.search(pattern.replace(r"\p{L}", "A-Za-z"), value):
            yield f"{at}: {value!r} does not match {pattern}"
        if len(value) > shape.metadata.get("max", sys.maxsize):
            yield f"{at}: {len(value)} characters"
    elif shape.type_name in ("integer", "long"):
        if not shape.metadata.get("min", -sys.maxsize) <= value <= shape.metadata.get("max", sys.maxsize):
            yield f"{at}: {value}"


wrong = []
for asked in json.load(sys.stdin):
    shape = session.get_service_model(asked["service"]).operation_model(asked["operation"]).input_shape
    report = ParamValidator().validate(asked["input"], shape)
    if report.has_errors():
        wrong.append(f"{asked['operation']}: {report.generate_report()}")
    else:
        wrong += strict(asked["input"], shape, asked["operation"])
json.dump(wrong, sys.stdout)
