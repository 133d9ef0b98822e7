import json
import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

# The values are prepared and in memory; the view has nothing to do but to print them.
VALUES = json.loads(Path(os.environ["BASELINE_SECTIONS"], "sections.json").read_text(encoding="utf-8"))


@csrf_exempt
def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


@csrf_exempt
def sections(request: HttpRequest) -> HttpResponse:
    return render(request, "sections.html", VALUES)
