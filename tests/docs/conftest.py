"""A study that several pages and examples run is computed once."""

from __future__ import annotations

import pytest

from siting.study import run as study_run


@pytest.fixture(scope="package", autouse=True)
def _one_run_a_study():
    compute, results = study_run.run, {}

    def kept(study, *rest, **options):
        key = study.model_dump_json()
        if key not in results:
            results[key] = compute(study, *rest, **options)
        return results[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_run, "run", kept)
        yield
