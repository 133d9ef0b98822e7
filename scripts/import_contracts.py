"""A contract for import-linter: plugins come in through one door."""

from importlib.metadata import entry_points

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PluginsImportOnly(Contract):
    """The packages of all entry points in `groups` import nothing of ours but themselves and `door`."""

    type_name = "plugins_import_only"

    groups: list[str] = fields.ListField(subfield=fields.StringField())  # type: ignore[assignment]  # a descriptor
    door: str = fields.StringField()  # type: ignore[assignment]  # a descriptor

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        targets = {point.module for group in self.groups for point in entry_points(group=group)}
        packages = sorted({target.rpartition(".")[0] for target in targets} & graph.modules)
        broken = [
            (module, imported)
            for package in packages
            for module in sorted({package} | graph.find_descendants(package))
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            # What is not ours is in the graph as whole packages only.
            if not graph.is_module_squashed(imported)
            and imported not in {package, self.door}
            and not imported.startswith(f"{package}.")
        ]
        return ContractCheck(kept=bool(packages) and not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for module, imported in check.metadata["broken"]:
            output.print_error(f"{module} imports {imported}; plugins may import only {self.door}")
