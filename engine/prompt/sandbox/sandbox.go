// Package sandbox renders the Jinja templates that model files carry with the
// library gonja, inside hard limits.
//
// Its one rule: a template is hostile text. It sees nothing but the values it
// is given (maps, lists, strings, numbers), it reads no file and calls no Go
// method, and every step it takes, every byte it builds and every level it
// descends is counted against a limit before it is spent. What it writes is
// what Python's Jinja2 3.1 writes with the settings that the transformers
// library uses for chat templates (trim_blocks, lstrip_blocks, no autoescape,
// loopcontrols, the generation tag), down to the printing of floats.
//
// gonja splits a template into text and tags, controls the whitespace, keeps
// the scopes, renders and evaluates. This package gives it Jinja2's expression
// grammar (expression.go) and tags (block.go, loop.go, macro.go), and the
// operators, filters, tests and methods with Python's meaning and a price:
// gonja's own know no limits. They all reach gonja as filters; of those, a
// template can name only the ones in filter.go.
//
// It does not know what a conversation or a model is.
//
// The language: https://jinja.palletsprojects.com/en/stable/templates/
package sandbox

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
)

// Template is a parsed template. It is immutable: any number of goroutines may
// render it at once.
type Template struct {
	name   string
	config *config.Config
	parsed *exec.Template
	names  []string // every variable that the template mentions
}

// Limits bound one rendering.
type Limits struct {
	Steps int // operations evaluated and items touched; 1 million take up to 0.2 s
	Bytes int // of all text built on the way, the output included
}

// Raised is the error of a template that called raise_exception: the template
// refuses the conversation, and Message says why.
type Raised struct {
	Message string
}

func (r *Raised) Error() string { return r.Message }

// Error says where a template failed. It wraps the cause.
type Error struct {
	Template string
	Line     int // 1-based
	Err      error
}

func (e *Error) Error() string {
	return fmt.Sprintf("chat template %q, line %d: %v", e.Template, e.Line, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// Parse reads a template's source. The name is for error messages.
func Parse(name, source string) (t *Template, err error) {
	c := &compiler{names: map[string]bool{}, line: 1, filters: filters()}
	defer func() {
		if failed := recovered(recover()); failed != nil {
			t, err = nil, &Error{name, c.line, failed}
		}
	}()
	text := c.scan(source)
	settings := config.New()
	settings.TrimBlocks = true
	parsed, err := exec.NewTemplate(name, settings, only(text), &exec.Environment{ControlStructures: c.structures()})
	if err != nil {
		return nil, &Error{name, c.line, errors.New(shorten(fmt.Sprint(errors.Unwrap(err))))}
	}
	parsed.Root().Nodes = c.finish(parsed.Root().Nodes)
	t = &Template{name: name, config: settings, parsed: parsed}
	for variable := range c.names {
		t.names = append(t.names, variable)
	}
	return t, nil
}

// Render runs the template over vars. The values may be nil, bool, int, int64,
// float64, string, []any, []string, Pairs, []Pairs, or map[string]any, whose
// keys are taken in alphabetical order. now is what strftime_now tells.
//
// The error is an *Error; errors.As finds a *Raised in it when the template
// called raise_exception.
func (t *Template) Render(vars map[string]any, now time.Time, limits Limits) (out string, err error) {
	m := newMachine(now, limits)
	defer func() {
		if failed := recovered(recover()); failed != nil {
			out, err = "", &Error{t.name, m.line, failed}
		}
	}()
	environment := &exec.Environment{
		Context: exec.NewContext(m.globals(t.names, vars)), Filters: exec.NewFilterSet(m.operations()),
	}
	written := m.text()
	r := exec.NewRenderer(environment, written, t.config, m, t.parsed)
	environment.Context.Set("self", undefined{"self"}) // gonja's gives access to blocks
	// A scope of its own, so that a template's set shadows and never replaces.
	m.run(r.Inherit(), t.parsed.Root().Nodes)
	return written.String(), nil
}

// only is the loader of the one text that gonja may read while it parses.
type only string

var _ loaders.Loader = only("")

func (o only) Read(string) (io.Reader, error)         { return strings.NewReader(string(o)), nil }
func (o only) Resolve(string) (string, error)         { return "", errNoFiles }
func (o only) Inherit(string) (loaders.Loader, error) { return nil, errNoFiles }

var errNoFiles = errors.New("a model's template may not read another file")

// failure carries an error up through gonja, as in encoding/json and
// text/template: nearly every operation can fail, and none can go on.
type failure struct{ err error }

func fail(format string, args ...any) {
	panic(failure{errors.New(shorten(fmt.Sprintf(format, args...)))})
}

// shorten keeps an error readable when a template's own text is part of it.
func shorten(s string) string {
	const most = 400 // bytes
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// unsupported ends the run with the sentence that names a missing feature.
func unsupported(format string, args ...any) {
	fail("%s is not supported", fmt.Sprintf(format, args...))
}

// errInternal is what a mistake in gonja or in this package becomes: a model's
// file must not end the program.
var errInternal = errors.New("the template engine failed, which is a mistake in it")

func recovered(r any) error {
	switch r := r.(type) {
	case nil:
		return nil
	case failure:
		return r.err
	default:
		return fmt.Errorf("%w: %s", errInternal, shorten(fmt.Sprint(r)))
	}
}

// errBudget is what every exhausted limit wraps.
var errBudget = errors.New("the template takes too much to render")
