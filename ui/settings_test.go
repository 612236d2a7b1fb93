package ui

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"beyonder/app"
	"beyonder/engine"
	"beyonder/engine/sample"
)

// panelRig is a settings panel alone, and what it announced.
type panelRig struct {
	*SettingsPanel
	changes []app.Settings
	deeds   []presetDeed
}

func builtinPresets() (all []app.Preset) {
	for _, p := range sample.Presets() {
		all = append(all, app.Preset{Key: p.Name, Name: p.Name, Description: p.Description, Settings: p.Settings})
	}
	return all
}

// viewOf is a conversation that began with a preset.
func viewOf(p app.Preset) conversationView {
	v := conversationView{presets: builtinPresets(), base: p, known: true}
	v.force.Sampling = app.Sampling{Preset: p.Key, Settings: p.Settings}
	v.force.Policy = engine.StopWhenFull
	v.force.SamplingFrom, v.force.Start = app.FromStart, v.force.Setup
	return v
}

func newPanelRig(t *testing.T) *panelRig {
	t.Helper()
	test.NewTempApp(t)
	p := &panelRig{SettingsPanel: NewSettingsPanel(func(f func()) {})}
	p.OnChange = func(s app.Settings) { p.changes = append(p.changes, s) }
	p.OnSampling = func(s app.Sampling) {
		now := p.now
		now.Sampling, now.Preset = s.Settings, s.Preset
		p.changes = append(p.changes, now)
	}
	p.OnSystem, p.OnPolicy, p.OnOwn = func(string) {}, func(engine.ContextPolicy) {}, func(bool) {}
	p.OnPreset = func(d presetDeed) { p.deeds = append(p.deeds, d) }
	p.Attend(true)
	p.Set(app.Settings{Scale: 1, Theme: "system"})
	p.SetConversation(viewOf(builtinPresets()[0]))
	return p
}

func (p *panelRig) row(t *testing.T, name string) *numberRow {
	t.Helper()
	for _, r := range p.numbers {
		if r.field.name == name {
			return r
		}
	}
	t.Fatalf("there is no setting %q", name)
	return nil
}

func (p *panelRig) last(t *testing.T) app.Settings {
	t.Helper()
	if len(p.changes) == 0 {
		t.Fatal("no change was announced")
	}
	return p.changes[len(p.changes)-1]
}

func TestShowingSettingsAnnouncesNothing(t *testing.T) {
	p := newPanelRig(t)
	for _, preset := range sample.Presets() {
		p.Set(app.Settings{Sampling: preset.Settings, Preset: preset.Name, Scale: 2, Theme: "dark", Policy: "roll", KV: "f32", Context: 4096})
	}
	if len(p.changes) != 0 {
		t.Errorf("%d changes were announced", len(p.changes))
	}
}

// Every neutral value is shown as a word, never as the number that means off.
func TestNeutralIsOff(t *testing.T) {
	p := newPanelRig(t)
	p.Set(app.Settings{Sampling: sample.Neutral()})
	for name, want := range map[string]string{
		"Top-p": "Off", "Min-p": "Off", "Repeat penalty": "Off", "Seed": "Random", "Longest reply": "No limit",
		"Top-k": "Off", "Typical-p": "Off", "Top-nσ": "Off", "XTC chance": "Off", "Frequency penalty": "Off",
		"Presence penalty": "Off", "DRY strength": "Off", "Dynamic range": "Off", "Mirostat version": "Off",
		"Context size": "Automatic", "Threads": "Automatic", "Temperature": "1",
	} {
		if got := p.row(t, name).entry.Text; got != want {
			t.Errorf("%s shows %q, not %q", name, got, want)
		}
	}
}

// What a field shows means the same value when it is typed in again.
func TestFieldsReadWhatTheyWrite(t *testing.T) {
	fields := append(frontFields(), loadFields()...)
	for _, group := range advancedFields() {
		fields = append(fields, group.fields...)
	}
	for _, preset := range append(sample.Presets(), sample.Preset{Settings: sample.Neutral()}) {
		s := app.Settings{Sampling: preset.Settings}
		for _, f := range fields {
			v := f.get(&s)
			got, err := f.parse(f.text(v))
			if err != nil || got != v {
				t.Errorf("%s of %s: %v is written %q and read %v, %v", f.name, preset.Name, v, f.text(v), got, err)
			}
			f.set(&s, v)
			if f.get(&s) != v {
				t.Errorf("%s: %v is set as %v", f.name, v, f.get(&s))
			}
		}
	}
}

func TestWhatCannotBeIsRefusedAndExplained(t *testing.T) {
	p := newPanelRig(t)
	for _, test := range []struct{ name, text, want string }{
		{"Temperature", "hot", "Type a number."},
		{"Temperature", "-1", "Type a number from 0 to 5."},
		{"Top-p", "1.5", "Type a number from 0 to 1 or “Off”."},
		{"Longest reply", "2.5", "Type a whole number or “No limit”."},
		{"Seed", "-2", "Type a number from 0 to 9,007,199,254,740,991 or “Random”."},
		{"Temperature", "NaN", "Type a number."},
	} {
		r := p.row(t, test.name)
		r.entry.SetText(test.text)
		if r.explain.text != test.want {
			t.Errorf("%s %q: %q", test.name, test.text, r.explain.text)
		}
	}
	if len(p.changes) != 0 {
		t.Errorf("announced: %+v", p.changes)
	}
	r := p.row(t, "Top-p")
	r.entry.SetText("off")
	if p.last(t).Sampling.TopP != 1 || r.explain.text != r.field.explain {
		t.Errorf("after “off”: %v, %q", p.last(t).Sampling.TopP, r.explain.text)
	}
}

func TestASliderIsKeptWhenItIsLetGo(t *testing.T) {
	p := newPanelRig(t)
	r := p.row(t, "Temperature")
	for _, v := range []float64{0.9, 1.1, 1.3} {
		r.slider.Value = v
		r.slider.OnChanged(v)
	}
	if r.entry.Text != "1.3" || len(p.changes) != 0 {
		t.Fatalf("while it is dragged: %q, %d changes", r.entry.Text, len(p.changes))
	}
	r.slider.OnChangeEnded(1.3)
	if len(p.changes) != 1 || p.last(t).Sampling.Temperature != 1.3 {
		t.Errorf("announced: %d changes", len(p.changes))
	}
}

func TestPresets(t *testing.T) {
	p := newPanelRig(t)
	i := slices.Index(p.presets.keys, "precise")
	p.presets.choice.SetSelectedIndex(i)
	want := sample.Presets()[i].Settings
	if got := p.last(t); got.Preset != "precise" || got.Sampling.Temperature != want.Temperature {
		t.Fatalf("announced: %+v", got)
	}
	if p.row(t, "Temperature").entry.Text != "0.2" {
		t.Errorf("the field shows %q", p.row(t, "Temperature").entry.Text)
	}
	p.row(t, "Context size").entry.SetText("4096")
	if p.last(t).Preset != "precise" {
		t.Error("the context size made the preset one's own")
	}
	p.row(t, "Min-p").entry.SetText("0.2")
	if p.last(t).Preset != "precise" || p.presets.choice.Selected != "precise" || p.presets.mark.text == "" || p.presets.save.Disabled() == false || p.presets.revert.Disabled() {
		t.Errorf("a changed preset is %q, marked %q", p.presets.choice.Selected, p.presets.mark.text)
	}
}

func TestTheOrderIsMovedRowByRow(t *testing.T) {
	p := newPanelRig(t)
	if len(p.order.box.Objects) != len(sample.DefaultOrder()) {
		t.Fatalf("%d rows", len(p.order.box.Objects))
	}
	default0, default1 := sample.DefaultOrder()[0], sample.DefaultOrder()[1]
	p.order.move(1, 0)
	if got := p.last(t).Sampling.Order; got[0] != default1 || got[1] != default0 || len(got) != len(sample.DefaultOrder()) {
		t.Errorf("the order is %v", got)
	}
	if _, err := sample.New(p.last(t).Sampling, nil); err != nil && strings.Contains(err.Error(), "order") {
		t.Errorf("the engine refuses it: %v", err)
	}
}

func TestLists(t *testing.T) {
	p := newPanelRig(t)
	for _, l := range p.lists {
		switch l.field.name {
		case "Stop at":
			l.row.entry.SetText("User:\n\\n\\n")
		case "Token bias":
			l.row.entry.SetText("15043 = -2.5\n7=1")
		default:
			continue
		}
		p.Flush()
	}
	got := p.last(t).Sampling
	if !slices.Equal(got.Stop, []string{"User:", "\n\n"}) || !maps.Equal(got.LogitBias, map[int32]float64{15043: -2.5, 7: 1}) {
		t.Errorf("announced: %q, %v", got.Stop, got.LogitBias)
	}
	before := len(p.changes)
	bias := p.lists[len(p.lists)-1].row
	bias.entry.SetText("fifteen")
	p.Flush()
	if bias.explain.text == bias.words {
		t.Error("a line that is no bias is not explained")
	}
	if got := p.changes[len(p.changes)-1].Sampling.LogitBias; len(got) != 2 || len(p.changes) > before+1 {
		t.Errorf("it was taken over: %v", got)
	}
}

func FuzzLines(f *testing.F) {
	f.Add("a\nb")
	f.Add("\\\\n\\n\t")
	f.Fuzz(func(t *testing.T, text string) {
		items := splitLines(text)
		if again := splitLines(joinLines(items)); !slices.Equal(again, items) {
			t.Errorf("%q becomes %q", items, again)
		}
	})
}

func FuzzBias(f *testing.F) {
	f.Add("1=2")
	f.Add("15043 = -2.5\n\n7=1e3")
	f.Add("= =")
	f.Fuzz(func(t *testing.T, text string) {
		bias, err := parseBias(text)
		if err != nil {
			return
		}
		again, err := parseBias(biasText(bias))
		if err != nil || !maps.Equal(again, bias) {
			t.Errorf("%v becomes %v, %v", bias, again, err)
		}
	})
}

// A field of several lines grows with its text and leaves the wheel to the panel.
func TestTheSettingsScrollWhereverThePointerIs(t *testing.T) {
	r := newRig(t, "Yes.")
	r.togglePanel()
	least := r.seen().system.entry.MinSize().Height
	r.seen().system.Set(strings.Repeat("A line of the system prompt.\n", 8))
	if grown := r.seen().system.entry.MinSize().Height; grown < 2*least {
		t.Errorf("8 lines have %v, 3 have %v", grown, least)
	}
	r.seen().system.Set("")
	if back := r.seen().system.entry.MinSize().Height; back != least {
		t.Errorf("an empty field has %v, it had %v", back, least)
	}
	for range 15 {
		test.Scroll(r.win.Canvas(), fyne.NewPos(1100, 500), 0, -wheelNotch)
	}
	if got := r.seen().scroll.Offset.Y; got != 15*wheelNotch*wheelLines {
		t.Errorf("15 notches moved the settings by %v", got)
	}
}

// What is typed is written as it is understood once the field is left, Esc takes
// back what cannot be used, and no name is cut for the sake of a unit.
func TestANumberIsWrittenAsItIsUnderstood(t *testing.T) {
	p := newPanelRig(t)
	for _, test := range []struct{ name, text, want string }{
		{"Temperature", " 0,35 ", "0.35"}, {"Seed", "-1", "Random"}, {"Longest reply", "1,024", "1024"}, {"Temperature", "hot", "hot"},
	} {
		r := p.row(t, test.name)
		r.entry.SetText(test.text)
		r.entry.FocusLost()
		if r.entry.Text != test.want {
			t.Errorf("%s: %q is written %q once the field is left", test.name, test.text, r.entry.Text)
		}
	}
	r := p.row(t, "Temperature")
	r.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if r.entry.Text != "0.35" || r.explain.text != r.field.explain {
		t.Errorf("after Esc: %q, %q", r.entry.Text, r.explain.text)
	}
	// The beginning of what cannot be used is not in force either: "1", "1e3", and "0".
	for name, text := range map[string]string{"Looks back": "1e308", "DRY looks back": "0.5"} {
		r := p.row(t, name)
		was := r.value
		for n := range len(text) {
			r.entry.SetText(text[:n+1])
		}
		if r.value != was || r.explain.text == r.field.explain {
			t.Errorf("%s: %q leaves %v in force, before it was %v (%s)", name, text, r.value, was, r.explain.text)
		}
	}
	for _, r := range p.numbers {
		r.Set(r.field.low + 2*r.field.step)
		r.compare(r.value+1, true)
		r.head.Resize(fyne.NewSize(px(284), r.head.MinSize().Height))
		if width := r.name.style.width(r.name.text); r.name.Size().Width < width {
			t.Errorf("%s is %v wide and has room for %v", r.name.text, width, r.name.Size().Width)
		}
	}
}

// Numbers that could be read but are not what was meant: what is used is what
// is shown, and what cannot be used is refused with the bounds.
func TestOddNumbers(t *testing.T) {
	p := newPanelRig(t)
	for _, r := range p.numbers {
		for _, text := range []string{"1_0", "0x1p-2", "1e999", "-1e999", "NaN"} {
			if v, err := r.field.parse(text); err == nil {
				t.Errorf("%s takes %s for %v", r.field.name, text, v)
			}
		}
		if v, err := r.field.parse("-0"); err == nil && strings.HasPrefix(r.field.text(v), "-") {
			t.Errorf("%s writes -0 as %s", r.field.name, r.field.text(v))
		}
	}
	seed := p.row(t, "Seed").field
	if v, err := seed.parse("9007199254740993"); err == nil {
		t.Errorf("a seed that no float64 has is taken for %.0f", v)
	}
	if v, err := seed.parse("9007199254740991"); err != nil || seed.text(v) != "9007199254740991" {
		t.Errorf("the largest seed: %v, %v", v, err)
	}
	if _, err := p.row(t, "Top-k").field.parse("1e999"); err == nil || !strings.Contains(err.Error(), "1,000") {
		t.Errorf("of a number without end it says %v", err)
	}
}

// Enter keeps what cannot be used, with what is wrong with it. Esc takes it back, and
// is the window's in a field that was not touched, which it emptied.
func TestEnterAndEscInANumber(t *testing.T) {
	p := newPanelRig(t)
	w := test.NewTempWindow(t, p.SettingsPanel)
	passed := 0
	w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { passed++ })
	r := p.row(t, "Temperature")
	before := r.entry.Text
	r.entry.SetText("warm")
	r.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if r.entry.Text != "warm" || r.explain.text == r.field.explain {
		t.Errorf("after Enter the field has %q, under it %q", r.entry.Text, r.explain.text)
	}
	esc := &fyne.KeyEvent{Name: fyne.KeyEscape}
	r.entry.TypedKey(esc)
	if r.entry.Text != before || r.explain.text != r.field.explain || passed != 0 {
		t.Errorf("Esc left %q, %q, %d keys for the window", r.entry.Text, r.explain.text, passed)
	}
	r.entry.TypedKey(esc)
	if r.entry.Text != before || passed != 1 {
		t.Errorf("another Esc left %q, %d keys for the window", r.entry.Text, passed)
	}
	r.entry.SetText("1,5")
	r.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if r.entry.Text != "1.5" || p.last(t).Sampling.Temperature != 1.5 {
		t.Errorf("1,5 is %q, used %v", r.entry.Text, p.last(t).Sampling.Temperature)
	}
}

// The arrows by keyboard: the focus stays with the sampler that is moved.
func TestTheOrderIsMovedByKeyboard(t *testing.T) {
	p := newPanelRig(t)
	w := test.NewTempWindow(t, p.SettingsPanel)
	p.toggleAdvanced()
	w.Resize(fyne.NewSize(320, 800))
	space := &fyne.KeyEvent{Name: fyne.KeySpace}
	last := len(p.order.rows) - 1
	w.Canvas().Focus(p.order.rows[last-2].down)
	name := completeOrder(p.now.Sampling)[last-2]
	for range 3 { // the third goes up again: the row is the last, its lower arrow is off
		focused, ok := w.Canvas().Focused().(*glyphButton)
		if !ok {
			t.Fatalf("the keyboard is at %T %v %v", w.Canvas().Focused(), p.now.Sampling.Order, p.advanced.Visible())
		}
		focused.TypedKey(space)
		if got := p.now.Sampling.Order; got[slices.Index(got, name)] != name {
			t.Fatal(got)
		}
	}
	got := p.last(t).Sampling.Order
	if i := slices.Index(got, name); i != last-1 || len(p.changes) != 3 {
		t.Errorf("%s is at %d after %d changes: %v", name, i, len(p.changes), got)
	}
	if w.Canvas().Focused() != fyne.Focusable(p.order.rows[last-1].up) {
		t.Errorf("the keyboard is at %T", w.Canvas().Focused())
	}
}

// What the engine would refuse is said at the field, not after every later change.
func TestListsSayTheirBounds(t *testing.T) {
	p := newPanelRig(t)
	for name, text := range map[string]string{"DRY starts anew after": strings.Repeat("b", sample.BreakerBytes+1), "Token bias": "5 = inf"} {
		for _, l := range p.lists {
			if l.field.name != name {
				continue
			}
			before := p.now.Sampling
			if err := l.field.set(&p.now, text); err == nil || p.now.Sampling.Validate() != nil {
				t.Errorf("%s takes %q: %v", name, text, err)
			}
			p.now.Sampling = before
		}
	}
}

// A field of one line takes no more than can be drawn: a longer text was a black bar.
func TestALongPasteIntoALine(t *testing.T) {
	p := newPanelRig(t)
	w := test.NewTempWindow(t, p.SettingsPanel)
	for _, paste := range []string{strings.Repeat("12345.678 some long text ", 4000), strings.Repeat("長い文", 5000)} {
		fyne.CurrentApp().Clipboard().SetContent(paste)
		r := p.row(t, "Temperature")
		r.Set(0.8)
		w.Canvas().Focus(r.entry)
		r.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
		r.entry.TypedShortcut(&fyne.ShortcutPaste{Clipboard: fyne.CurrentApp().Clipboard()})
		text := r.entry.Text
		if width := bodyStyle.width(text) * w.Canvas().Scale(); !strings.HasPrefix(paste, text) || width > mostPixels || width < mostPixels*0.95 {
			t.Errorf("%d of %d bytes, %.0f pixels", len(text), len(paste), width)
		}
		if r.explain.text == r.field.explain || p.now.Sampling.Temperature != 0.8 {
			t.Errorf("it is taken for %v", p.now.Sampling.Temperature)
		}
	}
	short := strings.Repeat("https://example.org/a-long-address?with=much ", 40)
	if got := drawable(p.row(t, "Seed").entry, short); got != short {
		t.Errorf("of %d bytes %d are left", len(short), len(got))
	}
}
