package sandbox

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	testTime   = time.Date(2026, 3, 5, 7, 8, 9, 0, time.UTC)
	testLimits = Limits{Steps: 1_000_000, Bytes: 32 << 20}
)

// render parses and renders, with no variables.
func render(source string) (string, error) {
	t, err := Parse("test", source)
	if err != nil {
		return "", err
	}
	return t.Render(nil, testTime, testLimits)
}

// conformance is testdata/conformance.json.
type conformance struct {
	Vars  map[string]any
	Cases []struct {
		Source string
		Output *string
		Error  string
	}
}

func readConformance(t testing.TB) (golden conformance) {
	file, err := os.Open("testdata/conformance.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoder := json.NewDecoder(file)
	decoder.UseNumber()
	if err := decoder.Decode(&golden); err != nil {
		t.Fatal(err)
	}
	return golden
}

func conformanceSources(t testing.TB) (sources []string) {
	for _, c := range readConformance(t).Cases {
		sources = append(sources, c.Source)
	}
	return sources
}

// TestConformance compares with what Python's Jinja2 made of the same text;
// testdata/conformance.py writes the file.
func TestConformance(t *testing.T) {
	golden := readConformance(t)
	vars := numbers(golden.Vars).(map[string]any)
	vars["d"] = Pairs{{"b", int64(1)}, {"a", vars["d"].(map[string]any)["a"]}}
	for _, c := range golden.Cases {
		template, err := Parse("test", c.Source)
		got := ""
		if err == nil {
			got, err = template.Render(vars, testTime, testLimits)
		}
		switch {
		case c.Output == nil && err == nil:
			t.Errorf("%s\n gives %q, but in Python %s", c.Source, got, c.Error)
		case c.Output != nil && err != nil:
			t.Errorf("%s\n fails: %v", c.Source, err)
		case c.Output != nil && got != *c.Output:
			t.Errorf("%s\n   gives %q\nnot     %q", c.Source, got, *c.Output)
		}
	}
}

// numbers turns json.Number into int64 or float64.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = numbers(v[key])
		}
	}
	return v
}

// TestRaise finds the message of raise_exception in the error.
func TestRaise(t *testing.T) {
	_, err := render("a\n{{ raise_exception('roles must alternate') }}")
	var raised *Raised
	if !errors.As(err, &raised) || raised.Message != "roles must alternate" {
		t.Fatalf("got %v", err)
	}
	var at *Error
	if !errors.As(err, &at) || at.Line != 2 {
		t.Fatalf("the error is not on line 2: %v", err)
	}
}

// TestUnsupported names what is missing.
func TestUnsupported(t *testing.T) {
	for source, want := range map[string]string{
		"{{ 'a'|from_json }}":           "the filter from_json is not supported",
		"{{ 1|unbox }}":                 "the filter unbox is not supported",
		"{{ [1]|map('compare') }}":      "the filter compare is not supported",
		"{{ 1 is blubb }}":              "the test blubb is not supported",
		"{% blubb %}":                   "the tag {% blubb %} is not supported",
		"{{ blubb(1) }}":                "the function or method blubb is not supported",
		"{{ 'a'.encode() }}":            "the function or method encode is not supported",
		"{{ '{0.x}'.format(1) }}":       "{0.x} in a format is not supported",
		"{{ strftime_now('%Q') }}":      "%Q in a date is not supported",
		"{{ '%s' % 'a' }}":              "formatting with % is not supported",
		"{% for x in l recursive %}":    "a recursive {% for %} is not supported",
		"{% include '/etc/passwd' %}":   "would read another file",
		"{% import 'a' as b %}":         "would read another file",
		"{% extends 'a' %}":             "would read another file",
		"{% from 'a' import b %}":       "would read another file",
		"{{ 9223372036854775807 + 1 }}": "more than 64 bits is not supported",
	} {
		if _, err := render(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want …%s…", source, err, want)
		}
	}
}

// TestNoHostObjects tries the known ways out of Jinja2 sandboxes.
func TestNoHostObjects(t *testing.T) {
	for _, source := range []string{
		"{{ ''.__class__.__mro__ }}", "{{ self.__init__ }}", "{{ range.__globals__ }}",
		"{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ lipsum.__globals__ }}",
		"{{ namespace.__init__ }}{{ x.Val.Type() }}", "{{ loop.__class__.x }}",
	} {
		if out, err := render(source); err == nil && strings.TrimSpace(out) != "" {
			t.Errorf("%s gives %q", source, out)
		}
	}
}

// TestHostValue refuses what is not a plain value.
func TestHostValue(t *testing.T) {
	template, err := Parse("test", "{{ x }}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := template.Render(map[string]any{"x": os.Stdout}, testTime, testLimits); err == nil {
		t.Fatal("a template was given an *os.File")
	}
}

// TestBeyondJinja2 pins the two things that Python's sandbox refuses.
func TestBeyondJinja2(t *testing.T) {
	for source, want := range map[string]string{
		"{% set l = [1] %}{% do l.append(2) %}{{ l }}{{ l.pop() }}{{ l }}": "[1, 2]2[1]",
		"{% set d = {'a': 1} %}{% set d.b = 2 %}{{ d }}{{ d.pop('a') }}":   "{'a': 1, 'b': 2}1",
		"{% set d = {} %}{% do d.update(a=1) %}{{ d }}":                    "{'a': 1}",
		"{% set l = [3] %}{% do l.extend([4]) %}{{ l }}":                   "[3, 4]",
		"{{ 'abc' is startingwith 'a' }}":                                  "True",
	} {
		if got, err := render(source); err != nil || got != want {
			t.Errorf("%s gives %q, %v; want %q", source, got, err, want)
		}
	}
}

// TestConcurrent renders one template from many goroutines; run it with -race.
func TestConcurrent(t *testing.T) {
	template, err := Parse("test", "{% set ns = namespace(n=0) %}{% for x in l %}{% do l.append(1) %}{% set ns.n = ns.n + x %}{% endfor %}{{ ns.n }}")
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"l": []any{1, 2, 3}}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if out, err := template.Render(vars, testTime, testLimits); err != nil || out != "6" {
					t.Errorf("got %q, %v", out, err)
				}
			}
		})
	}
	all.Wait()
}
