#!/usr/bin/env python3
"""Builds the window's two font families from the fonts of a Debian machine.

    apt-get install fonts-inter fonts-jetbrains-mono fonts-dejavu-core fonts-dejavu-extra fonts-noto-core
    pip install fonttools
    python3 build.py

Why one merged file per style: Fyne looks up a missing glyph in its own fallback
fonts (a colour emoji font among them) before it asks the system, so an arrow or
an integral sign must be in the first file to be drawn in the text's own weight.
README.md in this folder says what is in the files and under which licence.
"""
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

INTER = "/usr/share/fonts/opentype/inter/Inter-%s.otf"
MONO = "/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-%s.ttf"
DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSans%s.ttf"
NOTO_MATH = "/usr/share/fonts/truetype/noto/NotoSansMath-Regular.ttf"

LETTERS = [(0x20, 0x7E), (0xA0, 0x52F), (0x1D00, 0x1DBF), (0x1E00, 0x1FFF)]
SYMBOLS = [
    (0x2000, 0x20CF),  # punctuation, super- and subscripts, currency
    (0x2100, 0x218F),  # letterlike, number forms
    (0x2190, 0x22FF),  # arrows, mathematical operators
    (0x2300, 0x23FF),  # technical
    (0x2500, 0x27FF),  # boxes, shapes, dingbats, mathematics A, arrows A
    (0x2900, 0x2BFF),  # arrows B, mathematics B, operators, arrows C
    (0xFB00, 0xFB06), (0xFE00, 0xFE0F), (0xFFFC, 0xFFFD),
]
MATH_LETTERS = [(0x1D400, 0x1D7FF)]

# Characters whose default presentation is a colour emoji (Unicode emoji-data.txt,
# Emoji_Presentation=Yes, in the planes above): left out, so that they stay emoji.
EMOJI = [
    (0x231A, 0x231B), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE),
    (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1),
    (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4),
    (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD),
    (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E),
    (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF),
    (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55),
]


def expand(ranges):
    return {c for first, last in ranges for c in range(first, last + 1)}


def load(path, unicodes, features):
    """The font cut down to the characters asked for."""
    options = subset.Options()
    options.layout_features = features
    options.hinting = False
    options.glyph_names = True
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["DSIG", "STAT", "MATH", "FFTM", "gasp", "meta"]
    font = TTFont(path)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=unicodes)
    cutter.subset(font)
    return font


def to_truetype(font):
    """Replaces cubic outlines (CFF) with quadratic ones, as the added glyphs have."""
    order, glyphs = font.getGlyphOrder(), font.getGlyphSet()
    drawn = {}
    for name in order:
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, max_err=font["head"].unitsPerEm / 2000, reverse_direction=True))
        drawn[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, drawn
    for name in order:
        drawn[name].recalcBounds(glyf)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, getattr(drawn[name], "xMin", 0))
    maxp = font["maxp"] = newTable("maxp")
    maxp.tableVersion, maxp.numGlyphs = 0x00010000, len(order)
    for field in ("maxZones maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs "
                  "maxStackElements maxSizeOfInstructions maxComponentElements maxPoints maxContours "
                  "maxCompositePoints maxCompositeContours maxComponentDepth").split():
        setattr(maxp, field, 1 if field == "maxZones" else 0)
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    font.sfntVersion = "\000\001\000\000"
    font["head"].glyphDataFormat = 0


def add_missing(font, donor, unicodes, advance=None):
    """Copies the donor's glyphs for characters the font lacks, scaled to its em."""
    have, give = font.getBestCmap(), donor.getBestCmap()
    glyphs, scale = donor.getGlyphSet(), font["head"].unitsPerEm / donor["head"].unitsPerEm
    order, added = font.getGlyphOrder(), 0
    for code in sorted(unicodes - set(have)):
        if code not in give:
            continue
        width = donor["hmtx"][give[code]][0]
        across = scale if advance is None or not width else advance / width
        recording = DecomposingRecordingPen(glyphs)
        glyphs[give[code]].draw(recording)
        pen, name = TTGlyphPen(None), "sym%04X" % code
        recording.replay(TransformPen(pen, (across, 0, 0, scale, 0, 0)))
        glyph = pen.glyph()
        order.append(name)
        font["glyf"].glyphs[name] = glyph
        glyph.recalcBounds(font["glyf"])
        font["hmtx"].metrics[name] = (round(width * across), getattr(glyph, "xMin", 0))
        for table in font["cmap"].tables:
            if table.isUnicode() and (code < 0x10000 or table.format == 12):
                table.cmap[code] = name
        added += 1
    font.setGlyphOrder(order)
    font["glyf"].glyphOrder = order
    font["maxp"].numGlyphs = len(order)
    return added


def wide_cmap(font):
    """Gives the font a 32-bit character map, for mathematical letters."""
    if any(t.format == 12 for t in font["cmap"].tables):
        return
    small = next(t for t in font["cmap"].tables if t.isUnicode())
    table = type(small).__mro__[1]  # CmapSubtable
    big = table.newSubtable(12)
    big.platformID, big.platEncID, big.language = 3, 10, 0
    big.cmap = dict(small.cmap)
    font["cmap"].tables.append(big)


def rename(font, family, style):
    keep = {0, 13, 14}  # copyright and licence
    names = font["name"]
    names.names = [n for n in names.names if n.nameID in keep]
    for ident, text in ((1, family), (2, style), (3, family + " " + style), (4, family + " " + style),
                        (6, family.replace(" ", "") + "-" + style.replace(" ", ""))):
        names.setName(text, ident, 3, 1, 0x409)


def build(out, base, donor, family, style, math):
    mono = "Mono" in family
    # No ligatures and no contextual forms: "->" must stay two characters.
    font = load(base, expand(LETTERS + SYMBOLS) - expand(EMOJI), ["kern", "mark", "mkmk", "ccmp", "locl"])
    if "CFF " in font:
        to_truetype(font)
    wanted = expand(LETTERS[1:] + SYMBOLS + (MATH_LETTERS if math else [])) - expand(EMOJI)
    if math:
        wide_cmap(font)
    advance = font["hmtx"][font.getBestCmap()[ord("0")]][0] if mono else None
    added = add_missing(font, TTFont(donor), wanted, advance)
    if math:
        added += add_missing(font, TTFont(NOTO_MATH), wanted)
    font["post"].formatType = 3.0
    rename(font, family, style)
    font.save(out)
    print("%-28s %4d glyphs, %3d of them added" % (out, font["maxp"].numGlyphs, added))


def main():
    text, mono = "Beyonder Text", "Beyonder Mono"
    build("text-regular.ttf", INTER % "Regular", DEJAVU % "", text, "Regular", True)
    build("text-bold.ttf", INTER % "SemiBold", DEJAVU % "-Bold", text, "Bold", False)
    build("text-italic.ttf", INTER % "Italic", DEJAVU % "-Oblique", text, "Italic", False)
    build("text-bold-italic.ttf", INTER % "SemiBoldItalic", DEJAVU % "-BoldOblique", text, "Bold Italic", False)
    build("mono-regular.ttf", MONO % "Regular", DEJAVU % "Mono", mono, "Regular", False)
    build("mono-bold.ttf", MONO % "Bold", DEJAVU % "Mono-Bold", mono, "Bold", False)


if __name__ == "__main__":
    sys.exit(main())
