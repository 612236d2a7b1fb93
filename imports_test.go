package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// mayImport is the architecture: which folder may import which, those of others
// included. Adding a row, or a name to one, is a design decision; change
// ARCHITECTURE.md in the same commit. Tests may import what they test with.
var mayImport = map[string]string{
	".":                          "app app/command app/locale assets/starter engine/worker ui fyne glfw",
	"app":                        "app/archive app/download app/library engine engine/merge engine/prompt engine/sample store",
	"app/archive":                "fpdf goldmark text typesetting",
	"app/apptest":                "app app/archive engine engine/prompt engine/sample",
	"app/download":               "flock sys",
	"app/library":                "engine",
	"app/locale":                 "",
	"app/command":                "app assets/starter engine engine/merge engine/prompt engine/quantize engine/sample engine/token engine/worker kong",
	"ui":                         "app engine engine/prompt engine/sample assets ui/faces fyne goldmark chroma",
	"ui/faces":                   "fyne typesetting",
	"assets":                     "fyne",
	"assets/starter":             "",
	"store":                      "bbolt crypto flock sys text",
	"engine":                     "engine/compute engine/cpu engine/gl engine/gguf engine/grammar engine/hf engine/model engine/prompt engine/quant engine/sample engine/token sys",
	"engine/worker":              "engine",
	"engine/merge":               "engine engine/gguf engine/hf engine/quant engine/token sys yaml",
	"engine/model":               "engine/compute engine/quant",
	"engine/cpu":                 "engine/compute engine/cpu/kernel engine/quant",
	"engine/cpu/kernel":          "engine/quant sys",
	"engine/gl":                  "engine/compute engine/quant shaders gl glfw",
	"engine/compute":             "engine/quant",
	"engine/compute/computetest": "engine/compute engine/quant",
	"engine/mapped":              "sys",
	"engine/gguf":                "engine/mapped engine/quant sys",
	"engine/hf":                  "engine/mapped engine/quant engine/token",
	"engine/quant":               "sys",
	"engine/quantize":            "engine/gguf engine/hf engine/quant sys",
	"engine/token":               "text",
	"engine/prompt":              "engine/prompt/sandbox",
	"engine/prompt/sandbox":      "gonja",
	"engine/sample":              "",
	"engine/grammar":             "",
	"shaders":                    "",
}

// others gives the modules of others short names.
var others = map[string]string{
	"fyne.io/fyne/v2/":                "fyne",
	"go.etcd.io/bbolt":                "bbolt",
	"github.com/gofrs/flock":          "flock",
	"github.com/alecthomas/kong":      "kong",
	"github.com/alecthomas/chroma/":   "chroma",
	"github.com/yuin/goldmark":        "goldmark",
	"github.com/nikolalohinski/gonja": "gonja",
	"golang.org/x/sys/":               "sys",
	"golang.org/x/text/":              "text",
	"golang.org/x/crypto/":            "crypto",
	"github.com/go-pdf/fpdf":          "fpdf",
	"github.com/go-text/typesetting/": "typesetting",
	"github.com/go-gl/gl/":            "gl",
	"github.com/go-gl/glfw/":          "glfw",
	"github.com/goccy/go-yaml/":       "yaml",
}

func TestImports(t *testing.T) {
	seen := map[string]bool{}
	eachGoFile(t, func(folder, path string) {
		seen[folder] = true
		allowed, known := mayImport[folder]
		if !known {
			t.Errorf("%s: the folder %s is not in the table of imports_test.go", path, folder)
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			name := short(strings.Trim(i.Path.Value, `"`))
			if name != "" && !strings.Contains(" "+allowed+" ", " "+name+" ") {
				t.Errorf("%s imports %s: the table of imports_test.go has no such arrow", path, name)
			}
		}
	})
	for folder := range mayImport {
		if !seen[folder] {
			t.Errorf("the table of imports_test.go names %s, which holds no Go", folder)
		}
	}
}

// eachGoFile visits the files that go into the program.
func eachGoFile(t *testing.T, visit func(folder, path string)) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && (path == "engine/cpu/kernel/gen" || name == "testdata" || name == "build" || len(name) > 1 && name[0] == '.') {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			visit(filepath.ToSlash(filepath.Dir(path)), path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// short names an import: "" for the standard library.
func short(path string) string {
	if rest, ok := strings.CutPrefix(path, "beyonder/"); ok {
		return rest
	}
	for prefix, name := range others {
		if strings.HasPrefix(path+"/", prefix) {
			return name
		}
	}
	if strings.Contains(strings.Split(path, "/")[0], ".") {
		return path
	}
	return ""
}

// Fyne's driver needs C and OpenGL: only main may bring it in, so that all of
// ui is built and tested without them.
func TestOnlyMainImportsTheDriver(t *testing.T) {
	eachGoFile(t, func(folder, path string) {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if i.Path.Value == `"fyne.io/fyne/v2/app"` && folder != "." {
				t.Errorf("%s imports fyne.io/fyne/v2/app", path)
			}
		}
	})
}

// Whatever reaches a network goes through the record of app/network.go, which
// the Network page shows: nothing else dials, listens or has a client of its own.
func TestOnlyTheRecordedNetworkIsUsed(t *testing.T) {
	dials := regexp.MustCompile(`\b(net\.(Dial\w*|Listen\w*|Dialer|Resolver|Lookup\w+)|tls\.Dial\w*|http\.(DefaultClient|DefaultTransport|Client\{|Transport\{|(Get|Head|Post|PostForm|ListenAndServe\w*)\())`)
	eachGoFile(t, func(folder, path string) {
		if filepath.ToSlash(path) == "app/network.go" {
			return
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if found := dials.Find(text); found != nil {
			t.Errorf("%s uses %s: take a client of app.Network instead", path, found)
		}
	})
}
