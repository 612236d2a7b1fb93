package ui

import (
	"context"
	"fmt"
	"iter"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
)

// replay has a reply written once more, to see whether it comes out the same.
func (w *Window) replay(m app.Message) {
	id := w.current
	w.cards.clear("replay")
	w.start(&job{conversation: id, stored: true, replayed: m.ID}, func(ctx context.Context) iter.Seq2[app.Event, error] {
		return w.app.Replay(ctx, id, m.ID)
	})
}

// replayText tells how far a replay is.
func replayText(text string) activity {
	return activity{
		text:  fmt.Sprintf(lang.L("Replaying, %s so far"), counted(utf8.RuneCountInString(text), lang.L("1 character"), lang.L("%s characters"))),
		short: lang.L("Replaying"), fraction: -1,
	}
}

// showReplayed says whether a replayed reply is the same.
func (w *Window) showReplayed(j *job, r app.Replayed) {
	j.state = app.Complete
	if w.current != j.conversation {
		return
	}
	text := replayedText(r)
	if r.Same {
		w.say("replay", text)
		return
	}
	w.say("replay", text, action{lang.L("Compare"), false, func() { w.compareReplay(r) }})
}

func replayedText(r app.Replayed) string {
	text := lang.L("Replayed: the text is the same, byte for byte.")
	if !r.Same {
		at := utf8.RuneCountInString(r.Was[:r.At])
		text = fmt.Sprintf(lang.L("Replayed: the text differs from character %s on."), count(at+1))
	}
	if r.Given > 0 {
		given := utf8.RuneCountInString(r.Was[:r.Given])
		text += " " + counted(given, lang.L("Its first character was not written again: it was given, or how it came about was not kept."),
			lang.L("Its first %s characters were not written again: they were given, or how they came about was not kept."))
	}
	for _, d := range r.Differences {
		text += " " + fmt.Sprintf(lang.L("%[1]s: it was %[2]s, it is %[3]s."), factText(d.Name), factText(d.Was), factText(d.Is))
	}
	if !r.Same && len(r.Differences) == 0 {
		text += " " + lang.L("The model, the device, the build and the settings are the same.")
	}
	return text
}

// compareReplay shows the text that is kept beside the one that came now.
func (w *Window) compareReplay(r app.Replayed) {
	left, _ := newWordFlow(false)
	right, _ := newWordFlow(false)
	showDifference(left, right, r.Was, r.Now)
	facts := newColumn(2)
	showFacts(facts, r.Differences)
	heading := func(text string, f *wordFlow) *fyne.Container {
		return container.NewBorder(newPadded(8, 0, 8, 0, newFlexibleLine(text, strongStyle)), nil, nil, nil, f.scroll)
	}
	body := container.New(twoColumns{}, heading(lang.L("As it is kept"), left), heading(lang.L("As it came now"), right))
	w.openDetail(lang.L("Replay"), lang.L("Words that only one of the two has are marked."), 1120, container.NewBorder(facts, nil, nil, nil, body), left)
}
