"""Runs moto. It finishes a job in the instant in which the job is created: here, jobs called running-... run on, and Search knows Or."""

import sys

from moto.sagemaker import models
from moto.server import main


def run_on(job, name, **members):
    create = job.__init__

    def run(self, *args, **kwargs):
        create(self, *args, **kwargs)
        if getattr(self, name).startswith("running-"):
            vars(self).update(members)

    job.__init__ = run


run_on(
    models.FakeTrainingJob, "training_job_name",
    training_job_status="InProgress", secondary_status="Training", training_end_time=None,
)
run_on(models.FakeProcessingJob, "processing_job_name", processing_job_status="InProgress", processing_end_time=None)
run_on(models.FakeTransformJob, "transform_job_name", transform_job_status="InProgress", transform_end_time=None)
run_on(
    models.HyperParameterTuningJob, "hyper_parameter_tuning_job_name",
    hyper_parameter_tuning_job_status="InProgress", hyper_parameter_tuning_end_time=None,
)
run_on(
    models.CompilationJob, "compilation_job_name",
    compilation_job_status="INPROGRESS", compilation_end_time=None,
)
search = models.SageMakerModelBackend.search


def either(self, resource=None, search_expression=None):
    """Moto takes every filter for one that must hold, whatever the operator."""
    expression = search_expression or {}
    if expression.get("Operator") != "Or":
        return search(self, resource=resource, search_expression=search_expression)
    results = []
    for one in expression["Filters"]:
        for found in search(self, resource=resource, search_expression={"Filters": [one]})["Results"]:
            if found not in results:
                results.append(found)
    return {"Results": results, "NextToken": None}


models.SageMakerModelBackend.search = either
sys.exit(main(sys.argv[1:]))
