package ui

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"beyonder/app"
)

// The headings of times, in whatever order they come, are those of each alone.
func TestTimeGroups(t *testing.T) {
	now := time.Date(2026, 3, 4, 15, 0, 0, 0, time.Local)
	random := rand.New(rand.NewPCG(1, 2))
	groups := newTimeGroups(now)
	for range 5000 {
		at := now.AddDate(0, 0, 1-random.IntN(800)).Add(time.Duration(random.IntN(24)) * time.Hour)
		want := ""
		switch days := int(dayOf(now).Sub(dayOf(at)).Hours() / 24); {
		case days <= 0:
			want = "Today"
		case days == 1:
			want = "Yesterday"
		case days <= 7:
			want = "Previous 7 days"
		default:
			want = at.Format("January 2006")
		}
		if got := groups.of(at); got != want {
			t.Fatalf("%v stands under %q, not %q", at, got, want)
		}
	}
}

// A conversation that becomes the newest stands where a new list would have it.
func TestRenewedStandsInItsPlace(t *testing.T) {
	r := newRig(t, "Yes.")
	for _, text := range []string{"one", "two", "three"} {
		r.newConversation()
		r.say(text)
	}
	for _, c := range []app.Conversation{r.sidebar.shown[2], r.sidebar.shown[1]} {
		r.open(c.ID)
		r.say("more of " + c.Title)
		renewed := r.titlesShown()
		r.listConversations()
		if listed := r.titlesShown(); renewed[0] != c.Title || !slices.Equal(renewed, listed) {
			t.Errorf("renewed they are %q, listed %q", renewed, listed)
		}
	}
}

// At midnight the headings are those of the new day.
func TestTheListKnowsTheDay(t *testing.T) {
	r := newRig(t, "Yes.")
	r.say("a question")
	heading := func() string {
		for _, row := range r.sidebar.rows {
			if row.heading != "" {
				return row.heading
			}
		}
		return ""
	}
	for i, want := range []string{"Today", "Yesterday", "Previous 7 days"} {
		r.sidebar.NewDay(time.Now().AddDate(0, 0, i))
		if got := heading(); got != want {
			t.Errorf("after %d days it stands under %q", i, got)
		}
	}
}
