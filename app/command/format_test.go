package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestChatFormats(t *testing.T) {
	file := filepath.Join(t.TempDir(), "answer.gbnf")
	if err := os.WriteFile(file, []byte(`root ::= "yes" | "no"`), 0o600); err != nil {
		t.Fatal(err)
	}
	chat := func(more ...string) (string, string, error) {
		return runBoth(t, "", append([]string{"chat", "-m", tinyModel, "--device", "cpu", "-p", "Is it?", "--seed", "3", "--preset", "precise"}, more...)...)
	}
	for _, args := range [][]string{{"--grammar", file}, {"--grammar", `root ::= "yes" | "no"`}, {"--json-schema", `{"enum": ["yes", "no"]}`}} {
		out, _, err := chat(args...)
		if out = strings.Trim(out, "\"\n"); err != nil || out != "yes" && out != "no" {
			t.Errorf("%v: %q, %v", args, out, err)
		}
	}
	if out, told, err := chat("--grammar", `root ::= [a-z]{400}`, "-n", "2"); err != nil || !strings.Contains(told, "it is not complete in its format") {
		t.Errorf("%q, told %q, %v", out, told, err)
	}
	for want, args := range map[string][]string{
		"--grammar and --json-schema exclude each other":       {"--grammar", file, "--json-schema", "true"},
		"no-such-file cannot be read: no such file":            {"--json-schema", "no-such-file"},
		"the grammar cannot be used: line 1, column 10: there": {"--grammar", "root ::= x"},
	} {
		if _, _, err := chat(args...); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}
