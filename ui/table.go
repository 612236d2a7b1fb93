package ui

import (
	"sort"

	"fyne.io/fyne/v2"
	east "github.com/yuin/goldmark/extension/ast"
)

// tablePiece is a table: thin lines between the rows, columns as wide as what is
// in them. One that is too wide first narrows its widest columns and breaks
// their text into lines, then scrolls sideways.
type tablePiece struct {
	data    *tableData
	cells   [][]*textPiece // rows × columns
	offsets [][]int        // byte of the text that each cell begins with
	bytes   int
	columns []float32 // widths of the text in each column
	tops    []float32 // of the rows, and the end of the last
	width   float32
	drawn   bool
	first   int // rows that have objects
	end     int

	box    *fyne.Container
	sheet  *sheet
	scroll *sideScroll
	stage  *stage
}

var _ piece = (*tablePiece)(nil)

const (
	cellPadX  = 12  // left and right of a cell's text, at 100 %
	cellPadY  = 6   // above and below it
	cellWrap  = 112 // columns are not made narrower than this to fit
	cellWidth = 420 // nor are they ever wider
)

func newTablePiece(s *stage, data *tableData, ink fyne.ThemeColorName) *tablePiece {
	t := &tablePiece{data: data, stage: s}
	for i, row := range data.rows {
		f := s.style.body
		f.style.Bold = i == 0
		var cells []*textPiece
		var offsets []int
		for c := range data.align {
			var runs []run
			if c < len(row) {
				for _, sp := range row[c] {
					runs = append(runs, newRun(s.style, sp, f, ink))
				}
			}
			cell := newTextPiece(runs, s.style.leading)
			cells, offsets = append(cells, cell), append(offsets, t.bytes)
			t.bytes += len(cell.text()) + 1
		}
		t.cells, t.offsets = append(t.cells, cells), append(t.offsets, offsets)
	}
	t.box, t.sheet = newBox()
	t.scroll = newSideScroll(s)
	t.box.Objects = []fyne.CanvasObject{t.scroll}
	return t
}

// adopt keeps where a reader scrolled the table to.
func (t *tablePiece) adopt(old *tablePiece) {
	t.scroll, t.box, t.sheet = old.scroll, old.box, old.sheet
}

func (t *tablePiece) object() fyne.CanvasObject { return t.box }

// text is the table with tabs between the columns, as spreadsheets take it.
func (t *tablePiece) text() string {
	text := make([]byte, 0, t.bytes)
	for _, row := range t.cells {
		for c, cell := range row {
			text = append(text, cell.text()...)
			text = append(text, '\t')
			if c == len(row)-1 {
				text[len(text)-1] = '\n'
			}
		}
	}
	return string(text[:max(0, len(text)-1)])
}

func (t *tablePiece) layout(m *metrics, width float32) float32 {
	st := t.stage.style
	t.columns = t.fit(m, width)
	full := float32(0)
	for _, w := range t.columns {
		full += w + 2*st.px(cellPadX)
	}
	t.tops = t.tops[:0]
	y := float32(0)
	for _, row := range t.cells {
		t.tops = append(t.tops, y)
		height := st.leading
		for c, cell := range row {
			height = max(height, cell.layout(m, t.columns[c]))
		}
		y += height + 2*st.px(cellPadY) + 1
	}
	t.tops = append(t.tops, y)
	t.width = min(full, width)
	if full > width {
		y += st.px(8) // for the bar
	}
	t.scroll.set(fyne.NewSize(full, y), 0, 0, t.width)
	t.sheet.set(t.box, fyne.NewSize(t.width, y))
	t.drawn = false
	return y
}

// fit finds the widths of the columns: as wide as their text where there is
// room, otherwise the widest ones give way, together and no further than needed.
func (t *tablePiece) fit(m *metrics, width float32) []float32 {
	st := t.stage.style
	natural, total := make([]float32, len(t.data.align)), float32(0)
	for _, row := range t.cells {
		for c, cell := range row {
			cell.layout(m, st.px(cellWidth))
			natural[c] = max(natural[c], ceil(cell.flow.width), st.px(24))
		}
	}
	for _, w := range natural {
		total += w
	}
	room := width - float32(len(natural))*2*st.px(cellPadX)
	if total <= room {
		return natural
	}
	limit := max(levelOf(natural, room), st.px(cellWrap))
	for c := range natural {
		natural[c] = min(natural[c], limit)
	}
	return natural
}

// levelOf is the width to which the widest columns must be cut for all of them
// to fill the room.
func levelOf(widths []float32, room float32) float32 {
	sorted := append([]float32(nil), widths...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	for i, w := range sorted {
		if share := room / float32(len(sorted)-i); w > share {
			return share
		}
		room -= w
	}
	return sorted[len(sorted)-1]
}

func (t *tablePiece) natural() float32 { return t.width }

func (t *tablePiece) draw(s *stage, top, bottom float32) {
	rows := len(t.cells)
	first := max(0, sort.Search(rows, func(i int) bool { return t.tops[i+1] > top }))
	end := max(first, sort.Search(rows, func(i int) bool { return t.tops[i] > bottom }))
	if t.drawn && first == t.first && end == t.end {
		return
	}
	t.first, t.end, t.drawn = first, end, true
	st := s.style
	t.scroll.content.Objects = t.scroll.content.Objects[:0]
	for i := first; i < end; i++ {
		x := float32(0)
		for c, cell := range t.cells[i] {
			cell.draw(s, 0, cell.flow.height)
			shift := alignShift(t.data.align[c], t.columns[c]-cell.flow.width)
			cell.box.Move(fyne.NewPos(x+st.px(cellPadX)+shift, t.tops[i]+st.px(cellPadY)))
			t.scroll.content.Objects = append(t.scroll.content.Objects, cell.box)
			x += t.columns[c] + 2*st.px(cellPadX)
		}
		ink := ColorLine
		if i == 0 {
			ink = ColorBorder // under the head
		}
		t.scroll.content.Objects = append(t.scroll.content.Objects, stroke(st.ink(ink), 0, t.tops[i+1]-1, x))
	}
}

func alignShift(align east.Alignment, room float32) float32 {
	switch align {
	case east.AlignRight:
		return room
	case east.AlignCenter:
		return round(room / 2)
	}
	return 0
}

// cellAt finds the cell under a point, or the nearest, and its left edge.
func (t *tablePiece) cellAt(p fyne.Position) (row, column int, inside fyne.Position) {
	st := t.stage.style
	row = min(max(0, sort.Search(len(t.cells), func(i int) bool { return t.tops[i+1] > p.Y })), len(t.cells)-1)
	x := p.X + t.scroll.offset
	for column < len(t.columns)-1 && x > t.columns[column]+2*st.px(cellPadX) {
		x -= t.columns[column] + 2*st.px(cellPadX)
		column++
	}
	shift := alignShift(t.data.align[column], t.columns[column]-t.cells[row][column].flow.width)
	return row, column, fyne.NewPos(x-st.px(cellPadX)-shift, p.Y-t.tops[row]-st.px(cellPadY))
}

func (t *tablePiece) at(p fyne.Position) int {
	row, column, inside := t.cellAt(p)
	return t.offsets[row][column] + t.cells[row][column].at(inside)
}

func (t *tablePiece) link(p fyne.Position) string {
	row, column, inside := t.cellAt(p)
	return t.cells[row][column].link(inside)
}

func (t *tablePiece) highlight(s *stage, from, to int) {
	for r, row := range t.cells {
		for c, cell := range row {
			start, length := t.offsets[r][c], len(cell.text())
			cell.highlight(s, min(max(from-start, 0), length), max(min(to-start, length), 0))
		}
	}
}
