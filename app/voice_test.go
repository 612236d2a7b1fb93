package app

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// program puts a script with that name on the path, and nothing else.
func program(t *testing.T, name, script string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the voices of the tests are shell scripts")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nPATH=/bin:/usr/bin\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	return dir
}

// What is spoken goes to the program's input as it is: nothing in it is a command.
func TestVoiceGetsTheTextOnItsInput(t *testing.T) {
	out := filepath.Join(t.TempDir(), "heard")
	program(t, "espeak-ng", `echo "$@" > `+out+`.arguments; cat > `+out)
	v := FindVoice()
	if v == nil {
		t.Fatal("the voice is not found")
	}
	text := "--voice=x; $(touch /tmp/owned) `id` \"quoted\"\nGrüße"
	if err := v.Speak(context.Background(), text); err != nil {
		t.Fatal(err)
	}
	heard, _ := os.ReadFile(out)
	arguments, _ := os.ReadFile(out + ".arguments")
	if string(heard) != text || strings.TrimSpace(string(arguments)) != "--stdin" {
		t.Errorf("heard %q with %q", heard, arguments)
	}
}

func TestVoiceStops(t *testing.T) {
	out := filepath.Join(t.TempDir(), "cancelled")
	program(t, "spd-say", `case "$1" in --cancel) touch `+out+`;; *) exec sleep 20;; esac`)
	ctx, stop := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer stop()
	begun := time.Now()
	if err := FindVoice().Speak(ctx, "long"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(out); err != nil || time.Since(begun) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(begun), err)
	}
}

func TestVoiceSaysWhyItFails(t *testing.T) {
	program(t, "espeak", "echo 'no sound card' >&2; echo more >&2; exit 3")
	err := FindVoice().Speak(context.Background(), "x")
	if err == nil || err.Error() != "the voice eSpeak (espeak) could not speak: no sound card" {
		t.Errorf("it says %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if FindVoice() != nil {
		t.Error("a voice is found where there is none")
	}
}
