"""Whose code a plugin is."""


def is_ours(plugin: object) -> bool:
    """Return whether a panel or connector, class or instance, comes with the product.

    Our own are tested with the product, so they run where they are called, without a thread in between.
    """
    kind = plugin if isinstance(plugin, type) else type(plugin)
    return kind.__module__.partition(".")[0] == "panels"
