package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
)

// Entry is one message as the transcript shows it.
type Entry struct {
	ID      uint64
	Role    string // "user", "assistant", or "notice": a line across the page
	Name    string // of the assistant and the model, above their reply
	Face    *Face  // of the assistant; nil: the program's sign
	Text    string // markdown; a user's is shown as it was typed
	Code    string // all of the text is code in this language: "json"
	State   string // "complete", "streaming", "interrupted", "stopped", "failed"
	Error   string // of a failed reply, as it was stored: it is told in the reader's language when it comes into view
	Detail  string // caption under it: "12.3 tokens/s · 0.4 s to first"
	Sibling int    // which of the versions this is, from 0
	// Siblings is the number of versions; with more than one, ‹ 2/3 › is offered.
	Siblings int
	Experts  bool // a mixture of experts wrote it
	Cut      bool // the reply ended for want of room: Continue is offered
	Excluded bool // the model does not get to see it
}

// Transcript shows a conversation and follows a reply that streams in. It holds
// objects only for what is in view, so that neither a long conversation nor a
// long reply makes it slow. All methods belong to Fyne's main goroutine. It
// announces what the reader wants and does none of it; an action whose func is
// nil is not offered.
type Transcript struct {
	widget.BaseWidget

	OnCopy       func(text string)
	OnEdit       func(id uint64)
	OnRegenerate func(id uint64)
	OnContinue   func(id uint64)
	OnDelete     func(id uint64)
	OnSibling    func(id uint64, step int)
	OnExclude    func(id uint64)
	OnMore       func(id uint64, at fyne.Position) // what else can be done; at: absolute
	OnLink       func(url string)
	OnExperts    func(id uint64)
	OnCopyMenu   func(id uint64, at fyne.Position) // what can be copied is asked for
	OnFile       func(app.Attachment)              // a text that goes with a message is to be shown

	// Tints says how a message is coloured when it comes into view; nil: not.
	Tints func(id uint64) ([]Tint, []LegendItem)
	// Note says what is known of the token at a byte of a message's text; nil: nothing.
	Note func(id uint64, at int) *tokenNote

	scroll *container.Scroll
	view   *transcriptView
	jump   *jumpButton
	tip    *tipLayer
	note   *noteLayer
}

// NewTranscript returns an empty transcript.
func NewTranscript() *Transcript {
	t := &Transcript{tip: newTipLayer(), note: newNoteLayer()}
	t.view = newTranscriptView(t)
	t.scroll = container.NewVScroll(t.view)
	t.scroll.OnScrolled = func(fyne.Position) { t.view.scrolled() }
	t.jump = newJumpButton(t.view.stage, t.ScrollToBottom)
	t.jump.Hide()
	t.ExtendBaseWidget(t)
	return t
}

// SetEntries shows another conversation, from its end.
func (t *Transcript) SetEntries(entries []Entry) {
	t.view.setEntries(entries)
}

// Turn shows a path on which the message to is another version of the message from
// that was shown, and keeps it in view.
func (t *Transcript) Turn(entries []Entry, from, to uint64) { t.view.turn(entries, from, to) }

// Add appends a message.
func (t *Transcript) Add(e Entry) { t.view.add(e) }

// Append adds streamed text to a message. An unknown id is ignored: the message
// belongs to a conversation that is not on screen any more.
func (t *Transcript) Append(id uint64, text string) { t.view.append(id, text) }

// Update replaces a message, found by its ID; it is cheap when the text is the
// same. An unknown ID is ignored.
func (t *Transcript) Update(e Entry) { t.view.replace(e) }

// ScrollToBottom shows the end and follows it from now on.
func (t *Transcript) ScrollToBottom() { t.view.toBottom() }

// Focused is the message that the keyboard is at, 0: at none.
func (t *Transcript) Focused() uint64 {
	if bar := t.view.bars.focus; bar != nil && bar.box.Visible() {
		return bar.bubble.entry.ID
	}
	return 0
}

// AtBottom says whether the reader is at the end, so that new text is followed.
func (t *Transcript) AtBottom() bool { return t.view.following }

// MinSize implements fyne.CanvasObject.
func (t *Transcript) MinSize() fyne.Size { return fyne.NewSize(240, 120) }

// CreateRenderer implements fyne.Widget.
func (t *Transcript) CreateRenderer() fyne.WidgetRenderer {
	return &transcriptRenderer{t}
}

type transcriptRenderer struct{ t *Transcript }

func (r *transcriptRenderer) Layout(size fyne.Size) {
	t := r.t
	t.scroll.Resize(size)
	t.tip.Resize(size)
	t.note.Resize(size)
	button := t.jump.MinSize()
	t.jump.Resize(button)
	st := t.view.stage.style
	t.jump.Move(fyne.NewPos(round((size.Width-button.Width)/2), size.Height-button.Height-st.px(12)))
	t.view.resized()
}

func (r *transcriptRenderer) MinSize() fyne.Size { return r.t.MinSize() }

func (r *transcriptRenderer) Refresh() {
	r.t.view.restyle()
	r.Layout(r.t.Size())
}

func (r *transcriptRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.t.scroll, r.t.jump, r.t.note, r.t.tip}
}

func (r *transcriptRenderer) Destroy() {}
