package ui

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"beyonder/app"
	"beyonder/engine"
)

func TestSentences(t *testing.T) {
	_, missing := os.Open("/nowhere/model.gguf")
	for _, test := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{context.Canceled, ""},
		{fmt.Errorf("stopped: %w", context.Canceled), ""},
		{fmt.Errorf("load: %w", &engine.MemoryError{Path: "/m/a.gguf", NeedBytes: 49_600_000_000, FreeBytes: 9_200_000_000}),
			"Not enough memory for a.gguf: it needs 49.6 GB, 9.2 GB are free. Choose a smaller file or load it anyway."},
		{&engine.LostError{Cause: "it was killed (signal 9)"},
			"The engine stopped working: it was killed (signal 9). Your conversation is safe; send the message again to start it anew."},
		{app.ErrFull, "The disk is full, so this could not be stored. What you see stays on screen; free some space and try again."},
		{&fs.PathError{Op: "write", Path: "/x", Err: syscall.ENOSPC},
			"The disk is full, so this could not be stored. What you see stays on screen; free some space and try again."},
		{&app.UnpackError{Path: "/data/starter.gguf", Bytes: 12_500_000, Err: &fs.PathError{Op: "write", Path: "/data/.x", Err: syscall.ENOSPC}},
			"The disk is full: the Starter needs 12.5 MB in /data. Make room there, or choose a model file."},
		{fmt.Errorf("load: %w", &app.UnpackError{Path: "/data/starter.gguf", Bytes: 12_500_000, Err: fs.ErrPermission}),
			"The Starter cannot be written to /data. Check who may read and write there, or choose a model file."},
		{missing, "There is no file /nowhere/model.gguf any more. Choose another one."},
		{errors.New("the tensor a.b has no type"), "The tensor a.b has no type."},
		{errors.New("model.gguf: the header is cut off"), "model.gguf: the header is cut off."},
		{errors.New("is it there?"), "Is it there?"},
	} {
		if got := sentence(test.err); got != test.want {
			t.Errorf("%v:\n got %q\nwant %q", test.err, got, test.want)
		}
	}
}

// What is often wrong with a file is told in the reader's language, from what it is
// and not from the English words; those, which have more, stay in English.
func TestSentencesOfFiles(t *testing.T) {
	speakAgain(t)
	for _, test := range []struct {
		err         error
		english, de string
	}{
		{&engine.FileError{Problem: engine.FileMissing, File: "/m/a.gguf", Text: "cannot open the model: x"}, "There is no file /m/a.gguf any more. Choose another one.", "/m/a.gguf"},
		{&engine.FileError{Problem: engine.FileNotGGUF, File: "a.gguf", Text: "a.gguf is not a GGUF file: it is a zip archive; choose another"}, "a.gguf is not a GGUF file: it is a zip archive; choose another.", "a.gguf ist keine GGUF-Datei."},
		{fmt.Errorf("x: %w", &engine.FileError{Problem: engine.FileCutShort, File: "a.gguf", Text: "a.gguf is cut short"}), "a.gguf is cut short.", "a.gguf ist unvollständig"},
		{&engine.FileError{Problem: engine.FilePartMissing, File: "a-00002-of-00002.gguf", Beside: "a-00001-of-00002.gguf", Text: "x"},
			"A part of the model is missing: a-00002-of-00002.gguf is not beside a-00001-of-00002.gguf.", "Ein Teil des Modells fehlt: a-00002-of-00002.gguf"},
		{app.ErrNoModel, "No model is loaded.", "Es ist kein Modell geladen."},
	} {
		speak("en")
		if got := sentence(test.err); !strings.HasPrefix(got, test.english) {
			t.Errorf("in English: %q", got)
		}
		speak("de")
		if got := sentence(test.err); !strings.Contains(got, test.de) || strings.Contains(got, " is ") {
			t.Errorf("in German: %q", got)
		}
	}
}

// The errors of the engine and of app that readers meet are told in their language,
// with what they name; those that are not known stay as they are.
func TestErrorsInTheReadersLanguage(t *testing.T) {
	speakAgain(t)
	for _, test := range []struct{ text, de string }{
		{"tiny.gguf is damaged: tensor \"a\" ends past the file; download it again", "tiny.gguf ist beschädigt (tensor \"a\" ends past the file). Lade die Datei noch einmal herunter."},
		{"the last message alone does not fit the context window of 1024 tokens; shorten it or load the model with a larger window", "Schon die letzte Nachricht passt nicht in den Kontext von 1.024 Token. Kürze sie, oder lade das Modell mit einem größeren Kontext."},
		{"a.gguf: the architecture \"gpt2\" is not supported: Beyonder runs Llama, Mistral and Mixtral models (architecture \"llama\")", "a.gguf: die Architektur \"gpt2\" wird nicht unterstützt. Beyonder führt Modelle von Llama, Mistral und Mixtral aus (Architektur \"llama\")."},
		{"a.gguf could not be downloaded: example.org takes no connections; what came is kept, and the next time goes on from there", "a.gguf konnte nicht heruntergeladen werden: example.org nimmt keine Verbindungen an. Was ankam, bleibt erhalten; beim nächsten Mal geht es dort weiter."},
		{"m.gguf needs 4.1 GB of room, 1.0 GB are free in /m: make room there", "m.gguf braucht 4,1 GB Platz, in /m sind 1,0 GB frei. Schaffe dort Platz."},
		{"a window of 400000 tokens needs 26.2 GB besides the weights, but 19.4 GB are free; choose a smaller window", "Ein Kontext von 400.000 Token braucht neben den Gewichten 26,2 GB, frei sind 19,4 GB. Wähle einen kleineren Kontext."},
		{"m.gguf has the SHA-256 sum ab, but you gave cd: it is another file or was damaged on its way and was thrown away; download it again, or from elsewhere", "m.gguf hat die SHA-256-Summe ab, aber angegeben ist cd. Es ist eine andere Datei oder wurde unterwegs beschädigt und ist verworfen worden. Lade sie noch einmal herunter, oder von woanders."},
		{app.ErrNotLast.Error(), "Nur die letzte Antwort eines Gesprächs kann fortgesetzt werden. Erzeuge diese stattdessen neu."},
		{"the file has no chat template; mistral is used instead, another can be chosen in the settings", "Die Datei hat keine Prompt-Vorlage; stattdessen dient mistral, eine andere lässt sich in den Einstellungen wählen."},
		{"the flux capacitor is worn out", "The flux capacitor is worn out."},
	} {
		speak("en")
		grouped := strings.NewReplacer("1024", "1,024", "400000", "400,000")
		if got, want := sentence(errors.New(test.text)), asSentence(grouped.Replace(test.text)); got != want {
			t.Errorf("in English: %q, want %q", got, want)
		}
		speak("de")
		if got := sentence(errors.New(test.text)); got != test.de {
			t.Errorf("in German:\n got %q\nwant %q", got, test.de)
		}
	}
}

// Each of them stands as it is in the source of the engine or of app.
func TestErrorTextsAreThoseOfTheSource(t *testing.T) {
	var source strings.Builder
	for _, root := range []string{"../app", "../engine"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			source.Write(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for text := range errorTexts() {
		if !strings.Contains(source.String(), strconv.Quote(text)) {
			t.Errorf("%q is nowhere", text)
		}
	}
}

// Every error that a reader may see is a sentence: no stack, a capital letter, a
// full stop.
func FuzzAsSentence(f *testing.F) {
	for _, seed := range []string{"", " ", "x", "ü", "already.", "…", "a\xffb", "/tmp/x: no"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := asSentence(text)
		if strings.TrimSpace(text) != "" && !strings.ContainsAny(got[len(got)-1:], ".!?") && !strings.HasSuffix(got, "…") {
			t.Errorf("%q has no end", got)
		}
		if again := asSentence(got); again != got {
			t.Errorf("%q becomes %q", got, again)
		}
	})
}

func TestNumbersInWords(t *testing.T) {
	for want, got := range map[string]string{
		"14.1 GB": bytesText(14_100_000_000), "3.2 MB": bytesText(3_200_000), "12 kB": bytesText(12_345), "999 bytes": bytesText(999),
		"0": count(0), "999": count(999), "1,000": count(1000), "12,288": count(12288), "1,234,567": count(1234567), "-1,000": count(-1000), "-100": count(-100),
		"10 ms": durationText(10*time.Millisecond + 267*time.Microsecond), "0.8 s": durationText(800 * time.Millisecond), "12 s": durationText(12 * time.Second),
		"3 min 20 s": durationText(200 * time.Second), "2 h 5 min": durationText(125 * time.Minute),
		"9 s left": timeLeft(10, 100, time.Second), "1 min 39 s left": timeLeft(1, 100, time.Second),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for name, got := range map[string]string{
		"nothing done": timeLeft(0, 100, time.Minute), "too early to tell": timeLeft(50, 100, time.Second/2), "all done": timeLeft(100, 100, time.Minute),
	} {
		if got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
