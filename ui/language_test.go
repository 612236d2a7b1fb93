package ui

import (
	"encoding/json"
	"os"
	"testing"

	"fyne.io/fyne/v2/lang"

	"beyonder/assets"
)

// TestMain has the tests read English, whatever the language of who runs them.
func TestMain(m *testing.M) {
	os.Setenv("LC_ALL", "C")
	speak("")
	os.Exit(m.Run())
}

// speakAgain puts English back when a test is over.
func speakAgain(t *testing.T) {
	t.Cleanup(func() { speak("en") })
}

func TestSpeak(t *testing.T) {
	speakAgain(t)
	in := func(t *testing.T, language, key string) string {
		table := map[string]string{}
		if err := json.Unmarshal(assets.Translation(language), &table); err != nil || table[key] == "" {
			t.Fatalf("%s: there is no %q: %v", language, key, err)
		}
		return table[key]
	}
	for _, c := range []struct{ system, choice, want string }{
		{"C", "", "en"}, {"en_GB.UTF-8", "", "en"}, {"de_DE.UTF-8", "", "de"}, {"de_AT.UTF-8", "", "de"}, {"de", "", "de"},
		{"fr_CA.UTF-8", "", "fr"}, {"es_MX.UTF-8", "", "es"}, {"ja_JP.UTF-8", "", "ja"}, {"zh_CN.UTF-8", "", "zh"}, {"zh", "", "zh"},
		{"sv_SE.UTF-8", "", "en"}, // Fyne has Swedish, we do not: no mixture
		{"de_DE.UTF-8", "en", "en"}, {"C", "de", "de"}, {"zh_CN.UTF-8", "fr", "fr"}, {"zh", "de", "de"}, {"sv_SE.UTF-8", "ja", "ja"}, {"ja_JP.UTF-8", "en", "en"},
		{"C", "xx", "en"},
	} {
		t.Run(c.system+" "+c.choice, func(t *testing.T) {
			t.Setenv("LC_ALL", c.system)
			speak(c.choice)
			for _, key := range []string{"Settings", "Cancel", "Select all"} {
				want := key
				if c.want != "en" {
					want = in(t, c.want, key)
				}
				if got := lang.L(key); got != want {
					t.Errorf("%q is %q, want %q", key, got, want)
				}
			}
			if got := lang.X("file.name", "?"); c.want == "en" && got != "Name" {
				t.Errorf("Fyne's column of names is called %q", got)
			}
		})
	}
}
