package app_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beyonder/app"
)

// The report has what helps, and nothing of a conversation.
func TestDiagnosisHasNoConversation(t *testing.T) {
	b := fast(t, 5)
	home := t.TempDir()
	t.Setenv("HOME", home)
	id := b.conversation()
	check(t, b.Rename(id, "Secret title"))
	check(t, b.SaveDraft(id, "secret draft"))
	check(t, b.SetSystem(id, "secret prompt"))
	b.engine.Fail, b.engine.FailAt = errors.New("the weights in "+home+"/models went up in smoke"), 3
	if r := b.send(id, "secret question"); r.err == nil {
		t.Fatal("nothing has failed")
	}
	check(t, os.WriteFile(filepath.Join(b.dir, app.EngineLog), []byte(strings.Repeat("old line\n", 10_000)+"fatal error: out of "+home+"/memory\n\xff\n"), 0o600))
	d := b.Diagnose()
	data, err := json.Marshal(d)
	check(t, err)
	for _, word := range append(words(5), "ecret", home) { // the reply's five words: "not", which it does not have, is a word of a diagnosis
		if strings.Contains(string(data), word+" ") || strings.Contains(string(data), "ecret") || strings.Contains(string(data), home) {
			t.Fatalf("%q is in %s", word, data)
		}
	}
	if d.Go == "" || d.System == "" || d.Machine.Kernels == "" || d.Machine.Threads < 1 || d.DirBytes < d.DatabaseBytes || d.DatabaseBytes == 0 || d.Conversations != 1 {
		t.Errorf("%+v", d)
	}
	if d.Model == nil || d.Model.Name != "Tiny Mixtral" {
		t.Errorf("the model is %+v", d.Model)
	}
	if len(d.Troubles) != 1 || d.Troubles[0].What != "reply" || !strings.Contains(d.Troubles[0].Text, "~/models went up") {
		t.Errorf("the troubles are %+v", d.Troubles)
	}
	if n := len(d.Log); n != 8 || d.Log[n-2] != "fatal error: out of ~/memory" {
		t.Errorf("the log is %q", d.Log)
	}
	for range 30 {
		b.send(id, "again")
	}
	if n := len(b.Diagnose().Troubles); n != 20 {
		t.Errorf("%d troubles are kept", n)
	}
}
