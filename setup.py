"""What pyproject.toml cannot say: the project's templates lie beside its packages, and go into the wheel in one."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["voxysapps*", "tenants*", "panels*"]), "voxysapps.overrides"],
    package_dir={"voxysapps.overrides": "templates"},
)
