package archive

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/go-pdf/fpdf"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
)

const eastText = `## 標題 Überschrift 제목 **混合專家**

每個詞由兩位專家回答，「路由器」決定是哪兩位。這一行足夠長，必須在漢字之間換行，而且句號、逗號、括號不可以在行首出現。請看下面的程式碼與表格，然後再繼續閱讀這一段文字。

これは日本語の文章です。ひらがなとカタカナの間でも改行できなければなりません。「かぎ括弧」や句読点は行頭に来てはいけません。モデルはふたりの専門家を選び、*その答え*を**重みで足し合わせ**ます。

각 토큰은 두 명의 전문가가 대답합니다. 한국어 문장은 띄어쓰기에서 줄이 바뀌어야 하며 **굵은 글씨**와 *기울임*도 있어야 합니다. 모델은 전문가를 고르고 그 답을 더합니다.

Grüße aus Köln: die Straße heißt „Große Bleiche“, und ` + "`路由(x)`" + ` steht im Satz. Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkundenüberreichungszeremonie.

` + "```go\n// 路由器選出兩位專家 — ルーター — 라우터\nfunc route(x []float32) (a, b int) { return 混合(x) } // 這是一行很長很長很長很長很長很長很長很長很長很長很長很長的註解，會換行\n```" + `

| 專家 | 役割 | 역할 | Right |
|---|:-:|---|--:|
| **聊天** 對話與日常問題的回答，句子很長很長很長 | チャット | 대화와 일상적인 질문 | 1,5 |
| ` + "`程式`" + ` | コード | 코드 | 20 |

1. 第一項
   - 第二項🎉
`

func eastSample() *Archive {
	return &Archive{Conversations: []Conversation{{Title: "混合專家 — 日本語 — 한국어", Created: noon, System: "請用中文回答。", Messages: []Message{
		{ID: 1, Role: "user", Text: "你好，這是什麼？\n안녕하세요. こんにちは。"},
		{ID: 2, Parent: 1, Role: "assistant", Text: eastText},
	}, Head: 2}}}
}

// drawn is the text that a PDF draws, without spaces and page numbers, in the order of its drawing.
func drawn(t *testing.T, pdf []byte) string {
	var text strings.Builder
	op := regexp.MustCompile(`(?s)ActualText <(\w+)>|BT [\d.]+ [\d.]+ Td \(((?:[^\\)]|\\.)*)\) Tj`)
	escaped := regexp.MustCompile(`(?s)\\(.)`)
	for _, part := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		z, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(z)
		if err != nil || !bytes.Contains(content, []byte(" Tj")) {
			continue
		}
		actual := ""
		for _, m := range op.FindAllSubmatch(content, -1) {
			if len(m[1]) > 0 {
				raw, err := hex.DecodeString(string(m[1]))
				check(t, err)
				actual = utf16Of(raw)
				continue
			}
			word := utf16Of(escaped.ReplaceAllFunc(m[2], func(e []byte) []byte {
				if e[1] == 'r' {
					return []byte{'\r'}
				}
				return e[1:]
			}))
			if actual != "" {
				word, actual = actual, ""
			}
			text.WriteString(word)
		}
	}
	return strings.NewReplacer(" ", "", "\u3000", "").Replace(text.String())
}

func utf16Of(raw []byte) string {
	var units []uint16
	for ; len(raw) > 1; raw = raw[2:] {
		units = append(units, be.Uint16(raw))
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}

// eastFont is a collection of two fonts, the second of which has these letters: they
// look like Latin ones.
func eastFont(t testing.TB, letters string) []byte {
	f, s, looks := latin(t)
	to := &system{face: f, glyphs: map[rune]trueGlyph{}}
	for i, r := range []rune(letters) {
		to.glyphs[r] = trueGlyph{advance: f.Upem(), contours: looks[i%4].contours}
	}
	made, files := to.faces("x")
	_, other := s.faces("y")
	return collection(other[0], withCodes(t, files[0], made[0].code))
}

// manyFont is a font with any number of letters below 0x10000.
func manyFont(t testing.TB, letters string) []byte {
	f, _, looks := latin(t)
	to := &truetype{upem: f.Upem(), ascent: 1000, descent: -200}
	for i, r := range []rune(letters) {
		to.glyphs = append(to.glyphs, trueGlyph{code: uint16(r), advance: f.Upem(), contours: looks[i%4].contours})
	}
	return to.file()
}

// latin is a font with some of its letters.
func latin(t testing.TB) (*font.Face, *system, []trueGlyph) {
	content, err := os.ReadFile("../../assets/fonts/text-regular.ttf")
	check(t, err)
	f, err := font.ParseTTF(bytes.NewReader(content))
	check(t, err)
	s := &system{face: f, glyphs: map[rune]trueGlyph{}}
	s.take(map[rune]bool{'A': true, 'B': true, 'g': true, 'ß': true})
	return f, s, []trueGlyph{s.glyphs['A'], s.glyphs['B'], s.glyphs['g'], s.glyphs['ß']}
}

// withCodes is a font whose glyphs have the codes of their letters, those past 0xFFFF
// too: with a table of format 12.
func withCodes(t testing.TB, content []byte, codes map[rune]uint16) []byte {
	l, err := opentype.NewLoader(bytes.NewReader(content))
	check(t, err)
	f, err := font.NewFont(l)
	check(t, err)
	cmap := put16(nil, 0, 1, 3, 10, 0, 12, 12, 0, 0, 16+12*len(codes), 0, 0, 0, len(codes))
	for _, r := range slices.Sorted(maps.Keys(codes)) {
		glyph, _ := f.NominalGlyph(rune(codes[r]))
		for _, v := range []uint32{uint32(r), uint32(r), uint32(glyph)} {
			cmap = be.AppendUint32(cmap, v)
		}
	}
	var tables []opentype.Table
	for _, tag := range l.Tables() {
		content, err := l.RawTable(tag)
		check(t, err)
		if tag == opentype.MustNewTag("cmap") {
			content = cmap
		}
		tables = append(tables, opentype.Table{Tag: tag, Content: content})
	}
	return opentype.WriteTTF(tables)
}

// collection puts fonts into one file: their tables' places are counted from its
// beginning.
func collection(fonts ...[]byte) []byte {
	b := put16([]byte("ttcf"), 1, 0, 0, len(fonts))
	at := len(b) + 4*len(fonts)
	var all []byte
	for _, f := range fonts {
		f = slices.Clone(f)
		b = be.AppendUint32(b, uint32(at+len(all)))
		for i := range int(be.Uint16(f[4:])) {
			place := f[12+16*i+8:]
			be.PutUint32(place, be.Uint32(place)+uint32(at+len(all)))
		}
		all = append(all, f...)
	}
	return append(b, all...)
}

func footprint(family, file string, index int, letters string) fontscan.Footprint {
	f := fontscan.Footprint{Family: family, Location: fontscan.Location{File: file, Index: uint16(index)}, Aspect: font.Aspect{Style: font.StyleNormal, Weight: 400}}
	for _, r := range letters {
		f.Runes.Add(r)
	}
	return f
}

// TestPDFBorrowsLetters: what the fonts do not have is set in those of the system,
// whose bad ones are passed over.
func TestPDFBorrowsLetters(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		check(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
		return filepath.Join(dir, name)
	}
	const letters = "混合專家。、「」ひらかな한국어"
	good := eastFont(t, letters)
	restricted := slices.Clone(good)
	for i := range restricted[:len(restricted)-16] { // its OS/2 tables
		if string(restricted[i:i+4]) == "OS/2" {
			be.PutUint16(restricted[be.Uint32(restricted[i+8:])+8:], 2)
		}
	}
	system := []fontscan.Footprint{
		footprint("broken", write("a.ttc", good[:len(good)/3]), 1, letters+"語"),
		footprint("none", filepath.Join(dir, "none.ttf"), 0, letters),
		footprint("empty", write("b.ttf", nil), 0, letters),
		footprint("restricted", write("c.ttc", restricted), 1, letters),
		footprint("beyond", write("d.ttc", good), 2, letters),
		footprint("lastresort", write("e.ttc", eastFont(t, letters+"語🎉ש")), 1, letters+"語🎉ש"),
		footprint("good", write("f.ttc", good), 1, letters),
		footprint("pictures", write("g.ttc", eastFont(t, "🎉𠮷ש")), 1, "🎉𠮷ש"),
	}
	const text = "# 混合 **專家**\n\nA「ひらがな」\n か。`한국어` 🎉𠮷 語 ש\n\n```\n混(合)\\\n```\n\n|**混**|b|\n|-|-|\n|한국|A|\n"
	a := &Archive{Conversations: []Conversation{{Title: "混", Created: noon, Messages: []Message{{ID: 1, Role: "user", Text: text}, {ID: 2, Parent: 1, Role: "assistant", Text: text}}, Head: 2}}}
	for i := range a.Conversations[0].Messages {
		a.Conversations[0].Messages[i].Role = "assistant"
	}
	fonts := testFonts(t)
	var alone, with bytes.Buffer
	missing, err := a.WritePDF(&alone, fonts)
	check(t, err)
	fonts.System = func() []fontscan.Footprint { return system }
	left, err := a.WritePDF(&with, fonts)
	check(t, err)
	if missing != 1+2*24 || left != 2*3 { // が, 語, ש
		t.Errorf("%d letters were missing and %d are, want %d and %d", missing, left, 1+2*24, 2*3)
	}
	const want = "混合專家A「ひら□な」か。한국어🎉𠮷□□混(合)\\混b한국A"
	if got := drawn(t, with.Bytes()); strings.Count(got, want) != 2 {
		t.Errorf("drawn is %q, want twice %q in it", got, want)
	}
	if grown := with.Len() - alone.Len(); grown > 40_000 {
		t.Errorf("the letters made it %d bytes larger", grown)
	}
}

// TestPDFWithoutNeed: the fonts of the system are looked for only when a letter is
// The head of a table that goes over several pages stands on each of them, also above
// a row that does.
func TestPDFRepeatsTheHeadOfATable(t *testing.T) {
	var text strings.Builder
	text.WriteString("| Headone | Headtwo |\n|---|---|\n")
	for i := range 120 {
		fmt.Fprintf(&text, "| row%d | text |\n", i)
	}
	fmt.Fprintf(&text, "| long | %s |\n", strings.Repeat("many words here ", 600))
	var b bytes.Buffer
	a := &Archive{Conversations: []Conversation{{Title: "Table", Created: noon, Messages: []Message{{ID: 1, Role: "assistant", Text: text.String()}}, Head: 1}}}
	_, err := a.WritePDF(&b, testFonts(t))
	check(t, err)
	pages := bytes.Count(b.Bytes(), []byte("/Type /Page\n"))
	if heads := strings.Count(drawn(t, b.Bytes()), "Headone"); pages < 5 || heads != pages {
		t.Errorf("%d heads on %d pages", heads, pages)
	}
}

// missing.
func TestPDFWithoutNeed(t *testing.T) {
	fonts := testFonts(t)
	fonts.System = func() []fontscan.Footprint {
		t.Error("the fonts were listed")
		return nil
	}
	a := &Archive{Conversations: []Conversation{{Title: "Grüße", Created: noon, Messages: []Message{{ID: 1, Role: "user", Text: "α → Ж é ½"}}, Head: 1}}}
	missing, err := a.WritePDF(&bytes.Buffer{}, fonts)
	check(t, err)
	if missing > 0 {
		t.Errorf("%d letters are missing", missing)
	}
}

// TestLines: no line is wider than the page, none begins with what must not begin
// one, and nothing is lost.
func TestLines(t *testing.T) {
	p, err := newPDF(testFonts(t))
	check(t, err)
	const letters = "混合專家由兩位選出答案的ひらがなカタカナっー한국어토큰두명의。、，」）「（"
	f := &face{family: "east", code: map[rune]uint16{}, width: func(r rune) (float64, bool) { return 1, strings.ContainsRune(letters, r) }}
	p.language, p.more["zh"] = "zh", []*face{f}
	p.lacks["zh"] = map[rune]bool{}
	for _, text := range []string{
		strings.Repeat("混合專家由兩位選出，答案的。", 30), strings.Repeat("ひらがなカタカナっー、", 40), strings.Repeat("「한국어」 토큰 두명의 ", 30),
		strings.Repeat("混ab合", 50), strings.Repeat("x", 500), strings.Repeat("(", 300), "a\n\nb\n", strings.Repeat("。", 200), "", strings.Repeat("  ", 200) + "x",
	} {
		for _, width := range []float64{20, 57.3, 166} {
			var back strings.Builder
			for i, line := range p.lines([]span{{text, look{"text", "", bodySize, black}}}, width) {
				if w := wide(unspaced(line)); w > width+1e-3 {
					t.Fatalf("%.20q: line %d is %g wide, there is room for %g", text, i, w, width)
				}
				if len(line) > 0 && i > 0 && strings.ContainsRune("。、，」）っー", line[0].r) && !strings.HasPrefix(text, "。") {
					t.Errorf("%.20q: line %d begins with %c", text, i, line[0].r)
				}
				for _, l := range line {
					back.WriteRune(l.r)
				}
			}
			if back.String() != strings.ReplaceAll(text, "\n", "") {
				t.Fatalf("%.20q became %q", text, back.String())
			}
		}
	}
	if p.missing > 0 {
		t.Errorf("%d letters were missing", p.missing)
	}
	if n := len(p.lines([]span{{"a\n\nb", look{"text", "", bodySize, black}}}, 50)); n != 3 {
		t.Errorf("a, nothing, b are %d lines", n)
	}
}

// TestTrueType: a font of a font's glyphs has the same glyphs.
func TestTrueType(t *testing.T) {
	content, err := os.ReadFile("../../assets/fonts/text-italic.ttf")
	check(t, err)
	from, err := font.ParseTTF(bytes.NewReader(content))
	check(t, err)
	s := &system{face: from, glyphs: map[rune]trueGlyph{}}
	wanted := map[rune]bool{}
	for r := rune('!'); r < 0x500; r++ {
		wanted[r] = true
	}
	s.take(wanted)
	if len(s.glyphs) < 700 {
		t.Fatalf("%d glyphs were taken", len(s.glyphs))
	}
	faces, files := s.faces("x")
	seen := 0
	for i, f := range faces {
		to, err := font.ParseTTF(bytes.NewReader(files[i]))
		check(t, err)
		for r := range f.code {
			seen++
			want := s.glyphs[r]
			glyph, ok := to.NominalGlyph(r)
			outline, _ := to.GlyphDataOutline(uint16(glyph))
			got, _ := contours(outline.Segments, float64(to.Upem()))
			if !ok || to.HorizontalAdvance(glyph) != float32(want.advance) || !slices.EqualFunc(got, want.contours, slices.Equal[[]point]) {
				t.Fatalf("%c: it is %v and %g wide, want %v and %d", r, got, to.HorizontalAdvance(glyph), want.contours, want.advance)
			}
		}
	}
	if seen != len(s.glyphs) {
		t.Errorf("%d of %d glyphs are in a font", seen, len(s.glyphs))
	}
}

// TestContoursOfCubics: the quadratic curves lie where the cubic ones do.
func TestContoursOfCubics(t *testing.T) {
	const radius, k = 4000, 4000 * 0.5522847
	at := func(x, y float32) opentype.SegmentPoint { return opentype.SegmentPoint{X: x, Y: y} }
	circle := []font.Segment{{Op: opentype.SegmentOpMoveTo, Args: [3]opentype.SegmentPoint{at(radius, 0)}}}
	for _, a := range [][3]opentype.SegmentPoint{
		{at(radius, k), at(k, radius), at(0, radius)}, {at(-k, radius), at(-radius, k), at(-radius, 0)},
		{at(-radius, -k), at(-k, -radius), at(0, -radius)}, {at(k, -radius), at(radius, -k), at(radius, 0)},
	} {
		circle = append(circle, font.Segment{Op: opentype.SegmentOpCubeTo, Args: a})
	}
	all, ok := contours(circle, 8000)
	if !ok || len(all) != 1 || len(all[0]) < 8 || len(all[0]) > 64 {
		t.Fatalf("the circle is %v, %v", all, ok)
	}
	c := all[0]
	for i := 0; i < len(c); i += 2 {
		a, b, d := c[i], c[(i+1)%len(c)], c[(i+2)%len(c)]
		if !a.on || b.on || !d.on {
			t.Fatalf("point %d is no curve", i)
		}
		for _, u := range []float64{0, 0.25, 0.5, 0.75} {
			v := 1 - u
			x := v*v*float64(a.x) + 2*u*v*float64(b.x) + u*u*float64(d.x)
			y := v*v*float64(a.y) + 2*u*v*float64(b.y) + u*u*float64(d.y)
			if off := math.Abs(math.Hypot(x, y) - radius); off > 8000/2000+2 {
				t.Errorf("a point is %g units beside the circle", off)
			}
		}
	}
}

// TestPDFOfManyLetters: thousands of letters that follow one another are set, and soon.
func TestPDFOfManyLetters(t *testing.T) {
	var all strings.Builder
	for r := rune(0x4E00); r < 0x5E00; r++ {
		all.WriteRune(r)
	}
	file := filepath.Join(t.TempDir(), "all.ttf")
	check(t, os.WriteFile(file, manyFont(t, all.String()), 0o644))
	fonts := testFonts(t)
	fonts.System = func() []fontscan.Footprint { return []fontscan.Footprint{footprint("all", file, 0, all.String())} }
	a := &Archive{Conversations: []Conversation{{Title: "All", Created: noon, Messages: []Message{{ID: 1, Role: "user", Text: all.String()}}, Head: 1}}}
	var b bytes.Buffer
	start := time.Now()
	missing, err := a.WritePDF(&b, fonts)
	check(t, err)
	if !strings.Contains(drawn(t, b.Bytes()), all.String()) || missing > 0 {
		t.Errorf("not all letters are drawn, and %d are missing", missing)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

// FuzzSystemFont: a file that is no font, or a broken one, is an error or has fewer
// letters; what is taken of it can be set.
func FuzzSystemFont(f *testing.F) {
	east := eastFont(f, "混合")
	f.Add(east, uint16(1))
	f.Add(east, uint16(0))
	f.Add([]byte("OTTO"), uint16(0))
	f.Fuzz(func(t *testing.T, content []byte, index uint16) {
		s, err := parseFont(bytes.NewReader(content), int(index))
		if err != nil {
			return
		}
		s.take(map[rune]bool{'混': true, '合': true, 'A': true, 'ß': true, '🎉': true})
		p := fpdf.New("P", "mm", "A4", "")
		faces, files := s.faces("east")
		p.AddPage()
		for i, f := range faces {
			p.AddUTF8FontFromBytes(f.family, "", files[i])
			p.SetFont(f.family, "", 10)
			for _, code := range f.code {
				p.Text(10, 10, string(rune(code)))
			}
		}
		if len(faces) > 0 {
			check(t, p.Output(io.Discard))
		}
	})
}

// TestPDFSystemFonts writes with the fonts of this machine.
func TestPDFSystemFonts(t *testing.T) {
	fonts := testFonts(t)
	fonts.System = SystemFonts(t.TempDir())
	has := 0
	for _, s := range choose(fonts.System(), map[rune]bool{'混': true, 'ひ': true, '한': true}, "zh") {
		has += len(s.glyphs)
	}
	if has < 3 {
		t.Skip("SKIPPED: this machine has no font with Chinese, Japanese and Korean letters (fonts-wqy-microhei has them)")
	}
	a := eastSample()
	a.Conversations[0].Messages[1].Text = strings.ReplaceAll(eastText, "🎉", "")
	var b bytes.Buffer
	missing, err := a.WritePDF(&b, fonts)
	check(t, err)
	if missing > 0 {
		t.Errorf("%d letters are missing", missing)
	}
	got := drawn(t, b.Bytes())
	for _, want := range []string{"請用中文回答。", "안녕하세요.こんにちは。", "句號、逗號、括號不可以在行首出現。", "その答えを重みで足し合わせます。", "기울임도있어야", "路由(x)steht", "混合(x)}//這是", "1.第一項"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not drawn in %q", want, got)
		}
	}
	if b.Len() > 150_000 {
		t.Errorf("it has %d bytes", b.Len())
	}
	if path := os.Getenv("BEYONDER_PDF_EAST"); path != "" {
		check(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
}
