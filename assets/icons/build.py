#!/usr/bin/env python3
"""Draws the window's icons: strokes on a 24 x 24 grid, written as filled outlines.

    pip install fonttools skia-pathops && python3 build.py

Fyne recolours only the fills of an SVG, so a stroked icon would stay black in a
dark theme. Each icon is a list of SVG path strings; a leading "fill " fills the
path instead of stroking it, "dots " puts a dot at each of its points.
"""
import pathops
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.svgLib.path import parse_path

WIDTH = 1.75
ICONS = {
    "add": ["M12 5V19", "M5 12H19"],
    "back": ["M14.5 6L8.5 12L14.5 18"],
    "check": ["M5 12.5L10 17.5L19.5 7"],
    "close": ["M6 6L18 18", "M18 6L6 18"],
    "copy": ["M9 11A2 2 0 0 1 11 9H18A2 2 0 0 1 20 11V18A2 2 0 0 1 18 20H11A2 2 0 0 1 9 18Z",
             "M5.5 15A1.5 1.5 0 0 1 4 13.5V6A2 2 0 0 1 6 4H13.5A1.5 1.5 0 0 1 15 5.5"],
    "delete": ["M4.5 6.5H19.5", "M9 6.5V5A1 1 0 0 1 10 4H14A1 1 0 0 1 15 5V6.5",
               "M6.5 6.5L7.2 18.2A2 2 0 0 0 9.2 20H14.8A2 2 0 0 0 16.8 18.2L17.5 6.5", "M10 10.5V16", "M14 10.5V16"],
    "document": ["M13 3.5H7A2 2 0 0 0 5 5.5V18.5A2 2 0 0 0 7 20.5H17A2 2 0 0 0 19 18.5V9.5Z", "M13 3.5V9.5H19"],
    "down": ["M12 5V19", "M6.5 13.5L12 19L17.5 13.5"],
    "download": ["M12 4V15", "M7 10.5L12 15.5L17 10.5", "M4.5 16V18A2 2 0 0 0 6.5 20H17.5A2 2 0 0 0 19.5 18V16"],
    "edit": ["M4.5 19.5L5.4 15.4L15.6 5.2A2 2 0 0 1 18.4 5.2L18.8 5.6A2 2 0 0 1 18.8 8.4L8.6 18.6Z", "M13.8 7L17 10.2"],
    "error": ["M12 3.8A8.2 8.2 0 1 0 12 20.2A8.2 8.2 0 1 0 12 3.8Z", "M12 8V12.5", "dots M12 16"],
    "expand": ["M6 9.5L12 15.5L18 9.5"],
    "collapse": ["M6 14.5L12 8.5L18 14.5"],
    "eye": ["M2.8 12C5 8 8.3 6 12 6C15.7 6 19 8 21.2 12C19 16 15.7 18 12 18C8.3 18 5 16 2.8 12Z",
            "M12 9.2A2.8 2.8 0 1 0 12 14.8A2.8 2.8 0 1 0 12 9.2Z"],
    "eye-off": ["M4.5 4.5L19.5 19.5", "M9.9 6.3A9.6 9.6 0 0 1 12 6C15.7 6 19 8 21.2 12A14 14 0 0 1 18.3 15.4",
                "M6.2 8.2A13.6 13.6 0 0 0 2.8 12C5 16 8.3 18 12 18A9.8 9.8 0 0 0 15.7 17.2", "M10 10.2A2.8 2.8 0 0 0 13.8 14"],
    "compare": ["M5.5 5H9A1.2 1.2 0 0 1 10.2 6.2V17.8A1.2 1.2 0 0 1 9 19H5.5A1.2 1.2 0 0 1 4.3 17.8V6.2A1.2 1.2 0 0 1 5.5 5Z",
                "M15 5H18.5A1.2 1.2 0 0 1 19.7 6.2V17.8A1.2 1.2 0 0 1 18.5 19H15A1.2 1.2 0 0 1 13.8 17.8V6.2A1.2 1.2 0 0 1 15 5Z"],
    "folder": ["M3.5 17.5V6.5A1.5 1.5 0 0 1 5 5H9L11.5 7.5H19A1.5 1.5 0 0 1 20.5 9V17.5A1.5 1.5 0 0 1 19 19H5A1.5 1.5 0 0 1 3.5 17.5Z"],
    "history": ["M4 12A8 8 0 1 0 6.6 6.1L4 8.5", "M4 4.5V8.5H8", "M12 8V12.2L15 14"],
    "info": ["M12 3.8A8.2 8.2 0 1 0 12 20.2A8.2 8.2 0 1 0 12 3.8Z", "M12 11.5V16", "dots M12 8"],
    "menu": ["M4 6.5H20", "M4 12H20", "M4 17.5H20"],
    "model": ["M7.5 4.5H10.5V10.5H4.5V7.5A3 3 0 0 1 7.5 4.5Z", "M13.5 4.5H16.5A3 3 0 0 1 19.5 7.5V10.5H13.5Z",
              "M4.5 13.5H10.5V19.5H7.5A3 3 0 0 1 4.5 16.5Z", "M13.5 13.5H19.5V16.5A3 3 0 0 1 16.5 19.5H13.5Z"],
    "more": ["dots M5.5 12L12 12L18.5 12"],
    "next": ["M9.5 6L15.5 12L9.5 18"],
    "redo": ["M19.5 9H9A4.75 4.75 0 0 0 9 18.5H13", "M15.5 5L19.5 9L15.5 13"],
    "refresh": ["M19.2 9.5A7.7 7.7 0 0 0 5.4 8", "M4.8 14.5A7.7 7.7 0 0 0 18.6 16", "M19.6 5V9.6H15", "M4.4 19V14.4H9"],
    "remove": ["M5 12H19"],
    "resume": ["M4.5 6V18", "M9 6.8V17.2A0.8 0.8 0 0 0 10.2 17.9L19 12.7A0.8 0.8 0 0 0 19 11.3L10.2 6.1A0.8 0.8 0 0 0 9 6.8Z"],
    "search": ["M10.5 4A6.5 6.5 0 1 0 10.5 17A6.5 6.5 0 1 0 10.5 4Z", "M15.3 15.3L20 20"],
    "send": ["M12 19V5", "M5.5 11.5L12 5L18.5 11.5"],
    "settings": ["M4 7.5H13", "M18.5 7.5H20", "M15.75 5A2.5 2.5 0 1 0 15.75 10A2.5 2.5 0 1 0 15.75 5Z",
                 "M4 16.5H5.5", "M11 16.5H20", "M8.25 14A2.5 2.5 0 1 0 8.25 19A2.5 2.5 0 1 0 8.25 14Z"],
    "sidebar": ["M5.5 4.5H18.5A2 2 0 0 1 20.5 6.5V17.5A2 2 0 0 1 18.5 19.5H5.5A2 2 0 0 1 3.5 17.5V6.5A2 2 0 0 1 5.5 4.5Z",
                "M9.5 4.5V19.5"],
    "pause": ["fill M7.5 6.5H10V17.5H7.5Z", "fill M14 6.5H16.5V17.5H14Z"],
    "stop": ["fill M8.5 6.5H15.5A2 2 0 0 1 17.5 8.5V15.5A2 2 0 0 1 15.5 17.5H8.5A2 2 0 0 1 6.5 15.5V8.5A2 2 0 0 1 8.5 6.5Z"],
    "undo": ["M4.5 9H15A4.75 4.75 0 0 1 15 18.5H11", "M8.5 5L4.5 9L8.5 13"],
    "up": ["M12 19V5", "M6.5 10.5L12 5L17.5 10.5"],
    "warning": ["M12 4.5L20.5 19.5H3.5Z", "M12 10V14", "dots M12 16.9"],
}


def outline(spec):
    """The filled outline of one path string."""
    path = pathops.Path()
    kind, _, d = spec.partition(" ") if spec[0].islower() else ("", "", spec)
    parse_path(d, path.getPen())
    if kind == "fill":
        return path
    if kind == "dots":
        dots = pathops.Path()
        for point in d.replace("M", "").split("L"):
            x, y = map(float, point.split())
            parse_path("M%g %gA1.2 1.2 0 1 0 %g %gA1.2 1.2 0 1 0 %g %gZ" % (x - 1.2, y, x + 1.2, y, x - 1.2, y), dots.getPen())
        return dots
    path.stroke(WIDTH, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, 4)
    path.convertConicsToQuads(0.002)
    return path


def draw(specs):
    whole = pathops.Path()
    for spec in specs:
        outline(spec).draw(whole.getPen())
    whole.simplify(fix_winding=True, keep_starting_points=False)
    pen = SVGPathPen(None, ntos=lambda v: ("%.2f" % v).rstrip("0").rstrip("."))
    whole.draw(pen)
    return pen.getCommands()


def main():
    for name, specs in sorted(ICONS.items()):
        with open(name + ".svg", "w") as out:
            out.write('<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">'
                      '<path fill="#000000" d="%s"/></svg>\n' % draw(specs))


if __name__ == "__main__":
    main()
