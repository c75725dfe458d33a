"""The outline of the province by city, as paths that a page draws itself: on paper, without scripts, at any size."""

import json
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

from django.contrib.staticfiles import finders

WIDTH = 480  # units of the picture; its height follows
FLAT = 0.86  # a degree of longitude against one of latitude at 31°N
Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Outline:
    """Of one city: its border, and the place of its name."""

    path: str
    x: int
    y: int


@cache
def outlines() -> tuple[str, dict[str, Outline]]:
    """The view box, and each city's outline by its code. The file is the one that the charts of the statistics draw."""
    with open(finders.find("vendor/hubei-map/cities.json") or "", encoding="utf-8") as file:
        features = json.load(file)["features"]
    cities = {one["properties"]["adcode"]: _rings(one["geometry"]) for one in features}
    west, north, east, south = _bounds([point for rings in cities.values() for ring in rings for point in ring])
    scale = WIDTH / (east - west)

    def outline(rings: list[Ring]) -> Outline:
        placed = [[(round((x - west) * scale), round((y - north) * scale)) for x, y in ring] for ring in rings]
        left, top, right, bottom = _bounds(max(placed, key=len))
        return Outline("".join(map(_path, placed)), (left + right) // 2, (top + bottom) // 2)

    box = f"0 0 {WIDTH} {round((south - north) * scale)}"
    return box, {code: outline(rings) for code, rings in cities.items()}


def _bounds(points: list) -> tuple:
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def _rings(geometry: dict) -> list[Ring]:
    """The borders, holes and islands too, down being south: GeoJSON, or ECharts' packing of it (`encodeOffsets`)."""
    polygons, offsets = geometry["coordinates"], geometry.get("encodeOffsets")
    if geometry["type"] == "Polygon":
        polygons, offsets = [polygons], offsets and [offsets]
    rings = [ring for polygon in polygons for ring in polygon]
    if offsets:
        starts = [start for polygon in offsets for start in polygon]
        rings = [_unpacked(text, start) for text, start in zip(rings, starts, strict=True)]
    return [[(east * FLAT, -north) for east, north in ring] for ring in rings]


def _unpacked(text: str, start: list[int]) -> Ring:
    """Two signs a point, each the zigzag of its distance from the last in 1/1024 degree."""
    steps = [(ord(sign) - 64) >> 1 ^ -((ord(sign) - 64) & 1) for sign in text]
    x, y = (list(accumulate(steps[way::2], initial=start[way]))[1:] for way in (0, 1))
    return [(east / 1024, north / 1024) for east, north in zip(x, y, strict=True)]


def _path(ring: list[tuple[int, int]]) -> str:
    """Relative steps in whole units; what rounds to the same place is said once, a speck not at all."""
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(ring) if (x, y) != (a, b)]
    if len(steps) < 3:
        return ""
    return f"M{ring[0][0]} {ring[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps) + "z"
