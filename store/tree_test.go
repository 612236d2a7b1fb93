package store

import (
	"fmt"
	"reflect"
	"testing"
)

// A conversation with two answers to a question, the first one gone on with:
//
//	question ─ answer 1 ─ more ─ answer 2
//	        └ other answer
//	other question
func grow(t *testing.T, s *Store) (c, question, answer1, more, answer2, other, otherQuestion ID) {
	c = create(t, s)
	question = add(t, s, c, 0, "user", "Q")
	answer1 = add(t, s, c, question, "assistant", "A1")
	more = add(t, s, c, answer1, "user", "M")
	answer2 = add(t, s, c, more, "assistant", "A2")
	other = add(t, s, c, question, "assistant", "O")
	otherQuestion = add(t, s, c, 0, "user", "OQ")
	return
}

func TestShownPath(t *testing.T) {
	s := newStore(t)
	c, question, answer1, more, _, other, otherQuestion := grow(t, s)
	for _, step := range []struct {
		message ID
		step    int
		want    string
	}{
		{otherQuestion, 0, "OQ"},
		{otherQuestion, -1, "Q|O"}, // down to what was last added below
		{question, +1, "OQ"},
		{question, +5, "OQ"}, // past the end
		{question, 0, "Q|O"},
		{other, -1, "Q|A1|M|A2"},
		{answer1, -7, "Q|A1|M|A2"},
		{more, +1, "Q|A1|M|A2"}, // has no siblings
		{answer1, +1, "Q|O"},
	} {
		check(t, s.ShowSibling(c, step.message, step.step))
		if got := texts(t, s, c); got != step.want {
			t.Errorf("message %d, step %d shows %s, want %s", step.message, step.step, got, step.want)
		}
	}
}

func TestSiblingsAreCounted(t *testing.T) {
	s := newStore(t)
	c, question, _, more, _, other, otherQuestion := grow(t, s)
	for id, want := range map[ID]string{question: "0/2", otherQuestion: "1/2", other: "1/2", more: "0/1"} {
		m := must[Message](t)(s.Message(c, id))
		if got := fmt.Sprintf("%d/%d", m.Sibling, m.Siblings); got != want {
			t.Errorf("message %d is sibling %s, want %s", id, got, want)
		}
	}
}

func TestPathEndsWhereItIsTold(t *testing.T) {
	s := newStore(t)
	c, question, answer1, more, _, _, _ := grow(t, s)
	var ids []ID
	for _, m := range must[[]Message](t)(s.Path(c, more)) {
		ids = append(ids, m.ID)
	}
	if want := []ID{question, answer1, more}; !reflect.DeepEqual(ids, want) {
		t.Errorf("the path is %v, want %v", ids, want)
	}
}

// A tree must be walkable whatever keys it is made of: the file may be damaged.
func TestTreeOfNonsense(t *testing.T) {
	tr := &tree{parent: map[ID]ID{}, children: map[ID][]ID{}}
	tr.add(5, 5)  // its own parent
	tr.add(6, 9)  // a parent that comes later
	tr.add(9, 6)  // and that is its child
	tr.add(10, 2) // a parent that is not there
	for id := range tr.parent {
		if path := tr.path(id); len(path) == 0 || path[len(path)-1] != id {
			t.Errorf("the path to %d is %v", id, path)
		}
		tr.newestBelow(id)
		if tr.place(id) < 0 {
			t.Errorf("%d is not among its siblings", id)
		}
	}
	if got := tr.path(77); got[len(got)-1] != 10 {
		t.Errorf("without a head the path ends at %v, want the newest message", got)
	}
}
