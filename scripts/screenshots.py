"""Makes the pictures of the documentation: `make screenshots`, or `make screenshots ONLY=orders,publish`.

Starts the product with its demonstration data, as `make run` does, in a folder of its own, and drives it in Chromium.
Every picture of docs/images is made here; one that no page shows, or that nobody makes, fails a test.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from panels.testing.browser import find_browser
from scripts.pictures import agents, developers, operators
from scripts.pictures.camera import Camera, Scene
from tests.docs.package import Package
from tests.support.browser import NONE_FOUND, launch_arguments
from tests.support.product import Product

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SCENES: list[Scene] = [*operators.SCENES, *agents.SCENES, *developers.SCENES]
NAMES = tuple(name for scene in SCENES for name in scene.pictures)


def main(only: list[str]) -> int:
    if unknown := set(only) - set(NAMES):
        return fail(f"There is no picture {', '.join(sorted(unknown))}. There are: {', '.join(NAMES)}")
    if not find_browser():
        return fail(NONE_FOUND)
    chosen = [scene for scene in SCENES if not only or {*scene.pictures} & {*only}]
    for package in dict.fromkeys(scene.package for scene in chosen):
        with running_product(package) as product:
            photograph(product, [scene for scene in chosen if scene.package == package])
    return 0


@contextmanager
def running_product(page: str | None) -> Iterator[Product]:
    """Run the product in a folder of its own, with the package that a page of docs/panels has its reader write."""
    with tempfile.TemporaryDirectory(prefix="voxys-pictures-") as name:
        folder = Path(name)
        # The addresses in the pictures are those of `make run`.
        env = {"PORT": os.environ.get("PORT") or "8000"}
        if page:
            env["PYTHONPATH"] = Package.from_page(page, folder / "package").path
        product = Product(folder / "run", **env)
        try:
            yield product.wait_until_up()
        finally:
            product.stop()


def photograph(product: Product, scenes: list[Scene]) -> None:
    """Play the scenes, one after the other, each with a browser that knows nothing of the others."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        camera = Camera(browser, product, IMAGES)
        for scene in scenes:
            begun = time.monotonic()
            scene.play(camera)
            camera.close()
            print(f"{time.monotonic() - begun:5.1f} s  {', '.join(scene.pictures)}", flush=True)
        browser.close()


def fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main([name for argument in sys.argv[1:] for name in argument.split(",")]))
