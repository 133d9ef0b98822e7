"""What pyproject.toml cannot say: the project's own templates lie beside the packages, and go into the wheel within one."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["voxysapps*", "tenants*", "panels*"]), "voxysapps.overrides"],
    package_dir={"voxysapps.overrides": "templates"},
)
