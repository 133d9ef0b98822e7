from tests.support.woocommerce import shop  # noqa: F401 - a fixture
