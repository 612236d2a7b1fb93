package app

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// Voice speaks texts with what the system has for that. The text goes to a
// program's standard input, never into its arguments: nothing in it can become a
// command.
type Voice struct {
	name  string
	speak []string // the program and its arguments
	hush  []string // ends what a service still speaks; nil: the program's end does
}

// FindVoice looks for a voice of this system; nil: it has none.
func FindVoice() *Voice {
	for _, v := range voices(runtime.GOOS) {
		if _, err := exec.LookPath(v.speak[0]); err == nil {
			return &v
		}
	}
	return nil
}

// voices are those of a system, the preferred one first.
func voices(system string) []Voice {
	switch system {
	case "darwin":
		return []Voice{{name: "say", speak: []string{"say", "-f", "-"}}}
	case "windows":
		const script = "Add-Type -AssemblyName System.Speech; [Console]::InputEncoding = [Text.Encoding]::UTF8; " +
			"(New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())"
		return []Voice{{name: "Windows", speak: []string{"powershell", "-NoProfile", "-NonInteractive", "-Command", script}}}
	}
	return []Voice{
		{name: "Speech Dispatcher", speak: []string{"spd-say", "--wait", "--pipe-mode"}, hush: []string{"spd-say", "--cancel"}},
		{name: "eSpeak NG", speak: []string{"espeak-ng", "--stdin"}},
		{name: "eSpeak", speak: []string{"espeak", "--stdin"}},
	}
}

// Speak speaks a text and returns when that is done, or when ctx ends, which is no
// error.
func (v *Voice) Speak(ctx context.Context, text string) error {
	c := exec.CommandContext(ctx, v.speak[0], v.speak[1:]...)
	c.WaitDelay = time.Second
	c.Stdin = strings.NewReader(text)
	var said strings.Builder
	c.Stderr = &said
	err := c.Run()
	if ctx.Err() != nil {
		if v.hush != nil {
			_ = exec.Command(v.hush[0], v.hush[1:]...).Run() // a service that is gone is silent
		}
		return nil
	}
	if err == nil {
		return nil
	}
	why := strings.TrimSpace(said.String())
	if first, _, more := strings.Cut(why, "\n"); more {
		why = first
	}
	if why == "" {
		why = err.Error()
	}
	if errors.Is(err, exec.ErrNotFound) {
		why = "it is not there any more"
	}
	return fmt.Errorf("the voice %s (%s) could not speak: %s", v.name, filepath.Base(v.speak[0]), why)
}
