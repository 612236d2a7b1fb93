package ui

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"beyonder/assets"
)

// source is what the rules about texts know of this package's files, tests left out.
type source struct {
	fset *gotoken.FileSet
	keys map[string]gotoken.Pos // given to lang.L
}

// walk calls visit for each node below those of the package's functions and
// variables, with the nodes around it, the outermost first.
func (s *source) walk(t *testing.T, visit func(file string, around []ast.Node, n ast.Node)) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("there is no source to read", err)
	}
	s.fset = gotoken.NewFileSet()
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(s.fset, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		var around []ast.Node
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil {
				around = around[:len(around)-1]
				return true
			}
			visit(file, around, n)
			around = append(around, n)
			return true
		})
	}
}

// calledFunction names what a call calls, as it is written: "lang.L", "w.say".
func calledFunction(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
		return "." + f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != gotoken.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

func inFunction(around []ast.Node) bool {
	return slices.ContainsFunc(around, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			return true
		}
		return false
	})
}

// textKeys collects the keys and checks how they are given.
func textKeys(t *testing.T) *source {
	t.Helper()
	s := &source{keys: map[string]gotoken.Pos{}}
	s.walk(t, func(_ string, around []ast.Node, n ast.Node) {
		name := calledFunction(n)
		if !strings.HasPrefix(name, "lang.") || name == "lang.SystemLocale" || strings.HasPrefix(name, "lang.AddTranslations") {
			return
		}
		at := s.fset.Position(n.Pos())
		if name != "lang.L" {
			t.Errorf("%s: %s: texts go through lang.L; where there are several, through counted", at, name)
			return
		}
		key, ok := literal(n.(*ast.CallExpr).Args[0])
		switch {
		case !ok:
			t.Errorf("%s: the text given to lang.L is not a literal: what is to be translated cannot be found", at)
			return
		case !inFunction(around):
			t.Errorf("%s: %q is looked up before the language is known: make it a function", at, key)
		case key != strings.TrimSpace(key):
			t.Errorf("%s: %q begins or ends with a space: other languages need none there", at, key)
		case strings.Contains(key, "{{"):
			t.Errorf("%s: %q would be taken for a template", at, key)
		}
		s.keys[key] = n.Pos()
	})
	if len(s.keys) < 100 {
		t.Fatalf("only %d texts were found: the search is broken", len(s.keys))
	}
	return s
}

func TestTextsAreLiterals(t *testing.T) { textKeys(t) }

var (
	spoken = regexp.MustCompile(`^[“(]?[A-Z][a-z]|[A-Za-z]{2}[,.:;]? [A-Za-z]|[a-z] $|^ [a-z]+[ .,:]`)

	// What takes words that are not shown.
	unshown = regexp.MustCompile(`^(strings|slices|regexp|ast|filepath)\.|^(assets|\w*\.trace|trace|cards|\w*\.cards)\.|^(newIcon|panic|fyne\.LogError)$|\.(event|Format|keyName)$`)

	// Files that draw what is not ours: messages, code, colours.
	withoutWords = regexp.MustCompile(`^(block|markdown|code_paint|theme|trace|wordflow)`)
)

// shownAsTheyAre are the texts that are the same in every language, or belong to
// something that is.
var shownAsTheyAre = []string{
	"Beyonder", "Markdown", // names
	"English", "Deutsch", "Español", "Français", // languages, in themselves
	"Super", "Control", "Cmd", "Ctrl", "Alt", "Shift", // how keys are kept
	"How do I add a bigger model?", "What is 15 % of 240?", "How do I reverse a string in Python?", "Tell me a story about a fox and a lantern", // the Starter knows English only
	"User:", // of a prompt
}

// TestTextsAreTranslatable finds words that look like a text for the reader and are
// given to something else than lang.L.
func TestTextsAreTranslatable(t *testing.T) {
	s := &source{}
	s.walk(t, func(file string, around []ast.Node, n ast.Node) {
		e, ok := n.(ast.Expr)
		if !ok || withoutWords.MatchString(file) {
			return
		}
		text, ok := literal(e)
		if !ok || !spoken.MatchString(text) || slices.Contains(shownAsTheyAre, text) || isChord(text) || len(around) == 0 {
			return
		}
		switch parent := around[len(around)-1].(type) {
		case *ast.ImportSpec, *ast.Field, *ast.CaseClause, *ast.IndexExpr:
			return
		case *ast.KeyValueExpr:
			if parent.Key == n {
				return
			}
		case *ast.CallExpr:
			if name := calledFunction(parent); strings.HasPrefix(name, "lang.") || unshown.MatchString(name) {
				return
			}
		}
		for _, a := range around {
			if name := calledFunction(a); name == "panic" || strings.HasSuffix(name, ".event") {
				return
			}
		}
		t.Errorf("%s: %q is not given to lang.L", s.fset.Position(n.Pos()), text)
	})
}

// isChord says whether a text is a chord as it is kept: "Ctrl+Shift+E".
func isChord(text string) bool {
	c, ok := parseChord(text)
	return ok && c.mods != 0 && !strings.Contains(text, " ")
}

// fyneKeys are the texts of Fyne that our window shows: of the menu of a field, and of
// the system's.
var fyneKeys = []string{"Copy", "Cut", "File", "Paste", "Quit", "Redo", "Select all", "Undo"}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[-+#0]*\d*(?:\.\d+)?[a-zA-Z]|%%`)

// verbs are what a format takes, in the order of its arguments: "%[2]s %[1]d" is
// "%d", "%s".
func verbs(format string) []string {
	var found []string
	next := 1
	for _, m := range verb.FindAllStringSubmatchIndex(format, -1) {
		text := format[m[0]:m[1]]
		if text == "%%" {
			found = append(found, text)
			continue
		}
		if m[2] >= 0 {
			next, _ = strconv.Atoi(format[m[2]:m[3]])
			text = text[:1] + text[m[3]+1-m[0]:]
		}
		found = append(found, strconv.Itoa(next)+text)
		next++
	}
	slices.Sort(found)
	return found
}

func TestVerbs(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"%s of %s", "%[2]s von %[1]s", true},
		{"%d h %d min", "%[1]d Std. %[2]d Min.", true},
		{"%s", "%d", false},
		{"%.1f GB", "%.1f Go", true},
		{"%.1f GB", "%.2f Go", false},
		{"%s of %s", "%s", false},
		{"15 %% of %s", "%s: 15 %%", true},
		{"no verbs", "keine 100 %", true},
	} {
		if got := slices.Equal(verbs(c.a), verbs(c.b)); got != c.same {
			t.Errorf("%q and %q: %v and %v", c.a, c.b, verbs(c.a), verbs(c.b))
		}
	}
}

// TestTextsGetTheirArguments counts what formats are given, as go vet does where a
// format is a literal.
func TestTextsGetTheirArguments(t *testing.T) {
	s := &source{}
	s.walk(t, func(_ string, _ []ast.Node, n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || call.Ellipsis.IsValid() {
			return
		}
		format, given := call.Args[0], len(call.Args)-1
		switch calledFunction(n) {
		case "fmt.Sprintf", "fmt.Errorf":
		case "counted":
			format, given = call.Args[2], 1
		default:
			return
		}
		if calledFunction(format) != "lang.L" {
			return
		}
		text, _ := literal(format.(*ast.CallExpr).Args[0])
		taken := slices.DeleteFunc(verbs(text), func(v string) bool { return v == "%%" })
		if len(slices.Compact(taken)) != given {
			t.Errorf("%s: %q takes %d arguments and is given %d", s.fset.Position(n.Pos()), text, len(taken), given)
		}
	})
}

// TestTranslationsAreComplete: each language has every text and no other, with the
// same verbs.
func TestTranslationsAreComplete(t *testing.T) {
	s := textKeys(t)
	for _, language := range assets.Translations() {
		if language == "en" {
			continue
		}
		t.Run(language, func(t *testing.T) {
			table := map[string]string{}
			if err := json.Unmarshal(assets.Translation(language), &table); err != nil {
				t.Fatal(err)
			}
			if languageIndex(language) == 0 {
				t.Error("the settings do not offer it")
			}
			for key, at := range s.keys {
				switch text := table[key]; {
				case text == "":
					t.Errorf("%s: %q has no translation", s.fset.Position(at), key)
				case !slices.Equal(verbs(key), verbs(text)):
					t.Errorf("%q is %q: it takes %q, not %q", key, text, verbs(text), verbs(key))
				case text != strings.TrimSpace(text), strings.Contains(text, "{{"):
					t.Errorf("%q is %q", key, text)
				}
			}
			for key := range table {
				if _, used := s.keys[key]; !used && !slices.Contains(fyneKeys, key) {
					t.Errorf("%q is translated, but not used any more", key)
				}
			}
			for _, key := range fyneKeys {
				if table[key] == "" {
					t.Errorf("%q, of Fyne, has no translation", key)
				}
			}
		})
	}
}
