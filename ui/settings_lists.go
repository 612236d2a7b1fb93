package ui

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
	"beyonder/engine/sample"
)

// A listField is a setting that is a list, written one item on each line.
type listField struct {
	name, explain, example string
	get                    func(*app.Settings) string
	set                    func(*app.Settings, string) error
}

func listFields() []listField {
	return []listField{
		stringsField(lang.L("Stop at"), lang.L("The reply ends before any of these texts. One on each line; \\n is a line break."), "User:", 0,
			func(s *sample.Settings) *[]string { return &s.Stop }),
		stringsField(lang.L("Never write"), lang.L("Texts that must not appear in a reply. One on each line."), lang.L("as a language model"), 0,
			func(s *sample.Settings) *[]string { return &s.Banned }),
		stringsField(lang.L("DRY starts anew after"), lang.L("A phrase never reaches across these texts."), "\\n", sample.BreakerBytes,
			func(s *sample.Settings) *[]string { return &s.DRYBreakers }),
		{lang.L("Token bias"), lang.L("Makes single tokens likelier (above 0) or rarer: the token's number, =, the bias."), "15043 = -2.5",
			func(s *app.Settings) string { return biasText(s.Sampling.LogitBias) },
			func(s *app.Settings, text string) (err error) {
				bias, err := parseBias(text)
				if err == nil {
					s.Sampling.LogitBias = bias
				}
				return err
			}},
	}
}

// stringsField is a list of texts of at most so many bytes each, 0: of any length.
func stringsField(name, explain, example string, most int, of func(*sample.Settings) *[]string) listField {
	return listField{name, explain, example,
		func(s *app.Settings) string { return joinLines(*of(&s.Sampling)) },
		func(s *app.Settings, text string) error {
			items := splitLines(text)
			for _, item := range items {
				if most > 0 && len(item) > most {
					return fmt.Errorf(lang.L("a text here has at most %[1]s bytes, this one %[2]s: %[3]s"), count(most), count(len(item)), firstLines(item, 1))
				}
			}
			*of(&s.Sampling) = items
			return nil
		}}
}

// joinLines writes each item on a line of its own, with its own line breaks as
// \n; splitLines reads them back.
func joinLines(items []string) string {
	lines := make([]string, len(items))
	for i, item := range items {
		lines[i] = strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\t", "\\t").Replace(item)
	}
	return strings.Join(lines, "\n")
}

func splitLines(text string) []string {
	var items []string
	for _, line := range strings.Split(text, "\n") {
		if line != "" {
			items = append(items, strings.NewReplacer("\\\\", "\\", "\\n", "\n", "\\t", "\t").Replace(line))
		}
	}
	return items
}

func biasText(bias map[int32]float64) string {
	var ids []int32
	for id := range bias {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var lines []string
	for _, id := range ids {
		lines = append(lines, fmt.Sprintf("%d = %s", id, strconv.FormatFloat(bias[id], 'f', -1, 64)))
	}
	return strings.Join(lines, "\n")
}

func parseBias(text string) (map[int32]float64, error) {
	bias := map[int32]float64{}
	for _, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		left, right, found := strings.Cut(line, "=")
		id, errID := strconv.ParseInt(strings.TrimSpace(left), 10, 32)
		value, errValue := strconv.ParseFloat(strings.TrimSpace(right), 64)
		if !found || errID != nil || errValue != nil || id < 0 || value != value {
			return nil, errors.New(lang.L("write each line as a token's number, =, and a bias: 15043 = -2.5"))
		}
		if math.Abs(value) > sample.MostBias {
			return nil, fmt.Errorf(lang.L("type a bias from %[1]s to %[2]s"), count(-sample.MostBias), count(sample.MostBias))
		}
		bias[int32(id)] = value
	}
	if len(bias) == 0 {
		return nil, nil
	}
	return bias, nil
}

// textRow is a setting of several lines: a name, a field, an explanation.
type textRow struct {
	entry    *linesEntry
	explain  *paragraph
	words    string
	object   *fyne.Container
	onChange func(string) error
	setting  bool
}

func newTextRow(name, explain, example string, lines int, save *pause, onChange func(string) error) *textRow {
	r := &textRow{words: explain, explain: newParagraph(explain, captionStyle), onChange: onChange}
	r.entry = newLinesEntry(example, lines, save.flush)
	r.entry.OnChanged = func(text string) {
		r.entry.grow()
		if !r.setting {
			save.do(func() { r.complain(r.onChange(text)) })
		}
	}
	r.object = newColumn(4, newFlexibleLine(name, bodyStyle), r.entry, r.explain)
	return r
}

// Set shows text.
func (r *textRow) Set(text string) {
	r.setting = true
	defer func() { r.setting = false }()
	r.entry.SetText(text)
	r.complain(nil)
}

func (r *textRow) complain(err error) {
	if err == nil {
		r.explain.setStyle(captionStyle)
		r.explain.SetText(r.words)
	} else {
		r.explain.setStyle(dangerStyle)
		r.explain.SetText(asSentence(err.Error()))
	}
}

// mostFieldLines is how far a field of several lines grows with its text.
const mostFieldLines = 16

// grow gives the field room for its text.
func (e *linesEntry) grow() {
	if e.measure() {
		e.tell()
	}
}

// measure counts the lines of the text, and says whether there are others than before.
func (e *linesEntry) measure() bool {
	width := e.Size().Width
	if e.TextStyle.Monospace { // fieldLines measures with the other family, which is narrower
		width *= 0.8
	}
	set := wrapping{text: e.Text, width: width, theme: fyne.CurrentApp().Settings().Theme()}
	if set == e.set {
		return false
	}
	e.set = set
	rows := fieldLines(e.Text, width, e.least, mostFieldLines)
	if rows == e.rows {
		return false
	}
	e.rows = rows
	e.SetMinRowsVisible(rows)
	return true
}

// tell tells what holds the field of its height, unless it is being told: it lays the
// field out, often in another width for a moment.
func (e *linesEntry) tell() {
	if e.onGrown != nil && !e.telling {
		e.telling = true
		e.onGrown()
		e.telling = false
	}
}

// linesEntry is a field of several lines; leaving it keeps what it holds.
type linesEntry struct {
	widget.Entry
	left    func()
	least   int // lines
	rows    int
	set     wrapping // what rows was found for: a layout asks often, and to find them lays the text out
	onGrown func()   // may be nil
	telling bool     // onGrown is to be called, or at work
	post    poster   // for after a layout; nil: onGrown is called at once
}

func newLinesEntry(placeholder string, lines int, left func()) *linesEntry {
	e := &linesEntry{left: left, least: lines, rows: lines}
	e.ExtendBaseWidget(e)
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.SetPlaceHolder(placeholder)
	e.SetMinRowsVisible(lines)
	return e
}

// Resize implements fyne.CanvasObject: another width wraps the text anew. What is
// told of that waits until the layout has ended: onGrown within it would lay out the
// whole page, once for each of the sizes that the layouts on the way try (a page opened
// in 7 s of computing).
func (e *linesEntry) Resize(size fyne.Size) {
	e.Entry.Resize(size)
	switch {
	case !e.measure():
	case e.post == nil:
		e.tell()
	case e.onGrown != nil && !e.telling:
		e.telling = true
		e.post(func() {
			e.onGrown()
			e.telling = false
		})
	}
}

// FocusLost implements fyne.Focusable.
func (e *linesEntry) FocusLost() {
	e.Entry.FocusLost()
	e.left()
}

// AcceptsTab implements fyne.Tabbable: Tab moves on.
func (e *linesEntry) AcceptsTab() bool { return false }

// TypedKey implements fyne.Focusable.
func (e *linesEntry) TypedKey(event *fyne.KeyEvent) {
	if event.Name == fyne.KeyEscape || isFunctionKey(event.Name) {
		passKey(e, event)
		return
	}
	e.Entry.TypedKey(event)
}

// TypedShortcut implements fyne.Shortcutable.
func (e *linesEntry) TypedShortcut(shortcut fyne.Shortcut) {
	e.Entry.TypedShortcut(shortcut)
	passShortcut(e, shortcut)
}

// samplerTitle is how a sampler is called in the order list.
func samplerTitle(name string) string {
	titles := map[string]string{
		"logit_bias": lang.L("Token bias"), "penalties": lang.L("Repeat penalties"), "dry": "DRY", "top_n_sigma": lang.L("Top-nσ"),
		"top_k": lang.L("Top-k"), "typical_p": lang.L("Typical-p"), "top_p": lang.L("Top-p"), "min_p": lang.L("Min-p"), "xtc": "XTC", "temperature": lang.L("Temperature"),
	}
	if title := titles[name]; title != "" {
		return title
	}
	return name
}

// orderList shows the samplers in the order in which they act; the arrows move
// a row. Off ones keep their place. The rows stay and take other names: the focus
// would be lost with the arrow that has just been pressed.
type orderList struct {
	box     *fyne.Container
	onMoved func(order []string)
	rows    []*orderRow
	order   []string
}

type orderRow struct {
	name, state *lineText
	up, down    *glyphButton
	box         *fyne.Container
}

func newOrderList(moved func([]string)) *orderList {
	return &orderList{box: newColumn(0), onMoved: moved}
}

// Set shows the order of s.
func (l *orderList) Set(s sample.Settings) {
	l.order = completeOrder(s)
	for len(l.rows) < len(l.order) {
		l.rows = append(l.rows, l.newRow(len(l.rows)))
		l.box.Add(l.rows[len(l.rows)-1].box)
	}
	for _, r := range l.rows[len(l.order):] {
		l.box.Remove(r.box)
	}
	l.rows = l.rows[:len(l.order)]
	for i, name := range l.order {
		state := ""
		if s.Off(name) {
			state = lang.L("Off")
		}
		l.rows[i].show(samplerTitle(name), state, i > 0, i < len(l.order)-1)
	}
}

func (l *orderList) newRow(i int) *orderRow {
	r := &orderRow{name: newFlexibleLine("", bodyStyle), state: newLine("", captionStyle)}
	r.up = newGlyph(assets.Icon("up"), 24, func() { l.move(i, i-1) })
	r.down = newGlyph(assets.Icon("down"), 24, func() { l.move(i, i+1) })
	r.up.tip, r.down.tip = lang.L("Earlier"), lang.L("Later")
	number := newSized(24, 0, newLine(strconv.Itoa(i+1), bodyStyle))
	r.box = newRow(4, 1, number, r.name, r.state, r.up, r.down)
	return r
}

func (r *orderRow) show(name, state string, up, down bool) {
	r.name.SetText(name)
	if r.state.text != state {
		r.state.SetText(state)
		relayout(r.box)
	}
	setEnabled(r.up, up)
	setEnabled(r.down, down)
}

// move takes a row to another place; the focus goes with it, so that it can be moved
// on with the same key.
func (l *orderList) move(from, to int) {
	order := slices.Clone(l.order)
	order[from], order[to] = order[to], order[from]
	focused := l.rows[from].up.focused || l.rows[from].down.focused
	l.onMoved(order)
	if !focused || to >= len(l.rows) {
		return
	}
	r := l.rows[to]
	arrow := r.down
	if to < from && !r.up.Disabled() || r.down.Disabled() {
		arrow = r.up
	}
	if c := canvasOf(arrow); c != nil {
		c.Focus(arrow)
	}
}

// completeOrder is the order of s with the samplers that it leaves out at its
// end, in their default order: a row that is not there could not be moved.
func completeOrder(s sample.Settings) []string {
	order := slices.Clone(s.Order)
	for _, name := range sample.DefaultOrder() {
		if !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	return order
}
