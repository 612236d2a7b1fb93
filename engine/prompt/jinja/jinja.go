// Package jinja renders the Jinja templates that model files carry.
//
// Its one rule: a template is hostile text. It sees nothing but the values it
// is given (maps, lists, strings, numbers), it reads no file and calls no Go
// method, and every step it takes, every byte it builds and every level it
// descends is counted against a limit before it is spent. What it writes is
// what Python's Jinja2 3.1 writes with the settings that the transformers
// library uses for chat templates (trim_blocks, lstrip_blocks, no autoescape,
// loopcontrols, the generation tag), down to the printing of floats.
//
// It does not know what a conversation or a model is.
//
// The language: https://jinja.palletsprojects.com/en/stable/templates/
package jinja

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// maxSource bounds a template's text, in bytes; the longest in use is 17 kB.
const maxSource = 1 << 20

// Template is a parsed template. It is immutable: any number of goroutines may
// render it at once.
type Template struct {
	name string
	body []stmt
}

// Limits bound one rendering.
type Limits struct {
	Steps int // nodes evaluated and list items touched; 1 million take roughly 50 ms
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
	if len(source) > maxSource {
		return nil, &Error{name, 1, fmt.Errorf("the template is %d bytes long; at most %d are read", len(source), maxSource)}
	}
	tokens, line, err := lex(source)
	if err != nil {
		return nil, &Error{name, line, err}
	}
	p := &parser{tokens: tokens}
	defer func() {
		if failed := recoverFailure(recover()); failed != nil {
			t, err = nil, &Error{name, p.line(), failed}
		}
	}()
	return &Template{name: name, body: p.template()}, nil
}

// Render runs the template over vars. The values may be nil, bool, int, int64,
// float64, string, []any, Pairs, []Pairs, or map[string]any, whose keys are
// taken in alphabetical order. now is what strftime_now tells.
//
// The error is an *Error; errors.As finds a *Raised in it when the template
// called raise_exception.
func (t *Template) Render(vars map[string]any, now time.Time, limits Limits) (out string, err error) {
	m := &machine{now: now, steps: limits.Steps, bytes: limits.Bytes, line: 1}
	m.out = m.text()
	defer func() {
		if failed := recoverFailure(recover()); failed != nil {
			out, err = "", &Error{t.name, m.line, failed}
		}
	}()
	root := &scope{m: m}
	for name, v := range vars {
		root.set(name, m.fromGo(v, 0))
	}
	// A scope of its own, so that a template's set shadows and never replaces.
	runAll(&scope{m: m, parent: root}, t.body)
	return m.out.String(), nil
}

// failure carries an error up the recursion, as in encoding/json and
// text/template: nearly every node can fail, and none can go on.
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

// recoverFailure returns the error of a failure and passes every other panic
// on: those are mistakes in this package and must be seen.
func recoverFailure(r any) error {
	if r == nil {
		return nil
	}
	if f, ok := r.(failure); ok {
		return f.err
	}
	panic(r)
}

// errBudget is what every exhausted limit wraps.
var errBudget = errors.New("the template takes too much to render")
