import pytest

# Contract classes live outside test_*.py files; without this their failed asserts would show no values.
pytest.register_assert_rewrite("tests.contracts.adapter_contract", "tests.contracts.render_contract")
