package ui

import "fyne.io/fyne/v2"

// pointAtToken shows what is known of the token under the pointer.
func (v *transcriptView) pointAtToken(p fyne.Position) {
	var note *tokenNote
	if id, at, ok := v.textAt(p); ok && v.owner.Note != nil {
		note = v.owner.Note(id, at)
	}
	v.owner.note.show(note, p.Subtract(v.owner.scroll.Offset))
}

// textAt is the byte of a message's text under a point of the page.
func (v *transcriptView) textAt(p fyne.Position) (id uint64, at int, ok bool) {
	// The nearest letter's edge would be the next letter's for half of each.
	s, ok := v.spotAt(p.SubtractXY(v.stage.style.px(4), 0))
	if !ok || s.row.block == nil || len(s.row.owner.tinting.tints) == 0 { // without colours there is nothing to tell
		return 0, 0, false
	}
	inside := v.inside(s.row, p)
	if inside.Y < 0 || inside.Y > s.row.block.height || inside.X < 0 {
		return 0, 0, false
	}
	places := s.row.places()
	if s.at >= len(places) {
		return 0, 0, false
	}
	return s.row.owner.entry.ID, places[s.at], true
}
