"""Options of the test run."""

import pytest


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="Write tests/golden anew from what is generated now."
    )


@pytest.fixture
def update_golden(request):
    return request.config.getoption("--update-golden")
