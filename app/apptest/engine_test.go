package apptest_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"beyonder/app/apptest"
	"beyonder/engine"
)

// run follows a reply to its end.
func run(ctx context.Context, e *apptest.Engine, r engine.Request) (pieces []engine.Piece, err error) {
	for p, err := range e.Reply(ctx, r) {
		if err != nil {
			return pieces, err
		}
		pieces = append(pieces, p)
	}
	return pieces, nil
}

func TestSameRequestSamePieces(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, time.Microsecond)
	e.Prompt, e.Notice = 8, &engine.Notice{Kind: "rolled"}
	r := engine.Request{Routes: true, Alternatives: 2}
	first, err := run(context.Background(), e, r)
	second, err2 := run(context.Background(), e, r)
	if err != nil || err2 != nil || !reflect.DeepEqual(first, second) {
		t.Errorf("%+v (%v), then %+v (%v)", first, err, second, err2)
	}
	text := ""
	for _, p := range first {
		text += p.Text
	}
	last := first[len(first)-1].Done
	if text != e.Text() || last == nil || last.Reason != engine.StopEnd || last.NewTokens != 3 {
		t.Errorf("the text is %q, the end %+v", text, last)
	}
	if token := first[len(first)-2].Tokens[0]; len(token.Top) != 2 || len(token.Routes) != e.Model.Layers {
		t.Errorf("a token is %+v", token)
	}
	if n := len(e.Requests()); n != 2 {
		t.Errorf("%d requests were noted", n)
	}
}

func TestFailAndHang(t *testing.T) {
	e := apptest.New([]string{"one", "two", "three"}, 0)
	e.Fail, e.FailAt = &engine.LostError{Cause: "killed"}, 2
	pieces, err := run(context.Background(), e, engine.Request{})
	if len(pieces) != 2 || !errors.Is(err, e.Fail) {
		t.Errorf("failed after %d pieces with %v", len(pieces), err)
	}
	if _, loaded := e.Info(); loaded {
		t.Error("a lost engine still has its model")
	}
	for _, err := range e.Load(context.Background(), engine.LoadOptions{Path: "/m/a.gguf"}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	e.Fail, e.Hang, e.HangAt = nil, true, 1
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	pieces, err = run(ctx, e, engine.Request{})
	if len(pieces) != 1 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hung after %d pieces, ended with %v", len(pieces), err)
	}
}
