package sandbox

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestLimits runs templates that would take for ever, fill the memory or
// overflow the stack, which no recover could catch. Each must end soon.
func TestLimits(t *testing.T) {
	deepen := "{% set ns = namespace(x=[], y=[]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}"
	long := func(text string) string { return "{% set s = '" + text + "' * 3000000 %}{% for i in range(99999) %}" }
	for _, source := range []string{
		"{{ 'x' * 1000000000 }}",
		"{{ 'x' * 10 ** 18 }}",
		"{{ [0] * 10 ** 12 }}",
		"{% for i in range(10 ** 9) %}{% endfor %}",
		"{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
		"{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
		"{% macro a() %}{{ 1" + strings.Repeat(" + 1", 9000) + " + a() }}{% endmacro %}{{ a() }}",
		"{% macro a() %}{{ a()" + strings.Repeat(" + 1", 9000) + " }}{% endmacro %}{{ a() }}",
		"{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
		"{% macro a() %}{{ caller() }}{% call a() %}{{ caller() }}{% endcall %}{% endmacro %}{% call a() %}{% endcall %}",
		"{% set ns = namespace(x='a') %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
		"{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
		deepen + "{{ ns.x }}",
		deepen + "{{ ns.x | tojson }}",
		deepen + "{{ ns.x == ns.y }}",
		deepen + "{{ ns.x < ns.y }}",
		"{% set x = [] %}{% do x.append(x) %}{{ x }}",
		"{% set x = [] %}{% do x.append(x) %}{{ x | tojson }}",
		"{{ '{:>9999}'.format(1) * 9999 }}",
		"{{ '{:999999999}'.format(1) }}",
		"{{ ('a' * 1000000) | replace('a', 'b' * 1000000) }}",
		"{{ ('a\\n' * 1000000) | indent(1000000) }}",
		"{{ [1] | tojson(indent=10 ** 9) }}",
		"{{ range(99999) | map('string') | join('x' * 10000) }}",
		"{{ " + strings.Repeat("(", 400) + "1" + strings.Repeat(")", 400) + " }}",
		"{{ " + strings.Repeat("[", 400) + strings.Repeat("]", 400) + " }}",
		"{{ " + strings.Repeat("not ", 400) + "1 }}",
		"{{ 1" + strings.Repeat(" or 1", 400) + " }}",
		"{% macro a() %}" + strings.Repeat("{% if 1 %}", 140) + "{{ " + strings.Repeat("[", 140) + "a()" + strings.Repeat("]", 140) + " }}" + strings.Repeat("{% endif %}", 140) + "{% endmacro %}{{ a() }}",
		"{% for i in range(99999) %}{%- if 1 -%}" + strings.Repeat(" ", 900_000) + "{%- endif -%}{% endfor %}{{ 'x' * 10 ** 9 }}",
		"{% macro a(" + strings.Repeat("b, ", 14_000) + "c) %}{% endmacro %}{% for i in range(99999) %}{{ a() }}{% endfor %}",
		"{{ '" + strings.Repeat(`\\`, 400_000) + "' }}",
		strings.Repeat("{#x#}", 200_000),
		strings.Repeat("{% raw %}{% endraw %}", 40_000),
		strings.Repeat("{% if 1 %}{% endif %}", 40_000),
		"{{ [" + strings.Repeat("1, ", 14_000) + "] * 10 ** 9 }}",
		"{{ 1 ** 10 ** 18 + 'x' }}",
		"{{ " + strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000) + " }}",
		"{{ " + strings.Repeat("-", 100_000) + "1 }}",
		"{{ " + strings.Repeat("not ", 100_000) + "1 }}",
		"{{ 1" + strings.Repeat("+1", 200_000) + " }}",
		"{{ x" + strings.Repeat("[0]", 200_000) + " }}",
		"{{ x" + strings.Repeat("|e", 200_000) + " }}",
		strings.Repeat("{% if 1 %}", 100_000),
		strings.Repeat("x", maxSource+1),
		long("x") + "{{ s[5] }}{{ s in s }}{% endfor %}",
		long("é") + "{{ s | length }}{% endfor %}",
		long("é") + "{% if s[0] %}{% endif %}{% endfor %}",
		long("x") + "{% set x = {s: 1} %}{% endfor %}",
		long("x") + "{% if s is lower %}{% endif %}{% endfor %}",
		long("1") + "{% if s | int %}{% endif %}{% endfor %}",
		long("x") + "{% if s.strip(s) %}{% endif %}{% endfor %}",
		long("x") + "{% if s.startswith((s, s)) %}{% endif %}{% endfor %}",
		long("x") + "{% if s == s %}{% endif %}{% endfor %}",
		long("x") + "{% if s < s %}{% endif %}{% endfor %}",
		long("a ") + "{% set x = s.split() %}{% endfor %}",
		long("x") + "{% set x = [s] | unique %}{% endfor %}",
		long("x") + "{% set x = [s] | sort %}{% endfor %}",
	} {
		start := time.Now()
		_, err := render(source)
		t.Logf("%v: %.60s…: %.100v", time.Since(start).Round(time.Millisecond), source, err)
		if err == nil {
			t.Errorf("%.60s…: no error", source)
		}
		// Each takes up to 0.1 s on an idle machine. What is caught here would
		// take hours; a machine that is busy with other things must not fail.
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%.60s…: took %v", source, took)
		}
	}
}

// TestBudgetIsSpent checks that the errors of the limits can be told apart,
// and that a template within them renders.
func TestBudgetIsSpent(t *testing.T) {
	template, err := Parse("test", "{% for i in range(100) %}{{ i }}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	for _, limits := range []Limits{{Steps: 50, Bytes: 1 << 20}, {Steps: 1 << 20, Bytes: 50}} {
		if _, err := template.Render(nil, testTime, limits); !errors.Is(err, errBudget) {
			t.Errorf("with %+v: %v", limits, err)
		}
	}
	if out, err := template.Render(nil, testTime, Limits{Steps: 1000, Bytes: 200}); err != nil || len(out) != 190 {
		t.Errorf("got %d bytes, %v", len(out), err)
	}
}

// FuzzParseRender gives any text to the parser and, as content, to the values.
// The seeds are the conformance cases, and then some.
func FuzzParseRender(f *testing.F) {
	for _, source := range conformanceSources(f) {
		f.Add(source, "text \ufdd0 <|im_end|>")
	}
	f.Add("{{ x.format(x) }}{{ x % x }}{{ strftime_now(x) }}", "{0:>5}%5.2s{{}}%")
	f.Add("{{ x|int(1,16) }}{{ x[1:2:-1] }}{{ x.center(9, x) }}{{ x|tojson(ensure_ascii=true) }}", "\xff\xfe\x00")
	f.Fuzz(func(t *testing.T, source, content string) {
		template, err := Parse("fuzz", source)
		if errors.Is(err, errInternal) {
			t.Fatalf("a mistake of the engine: %v", err)
		}
		if err != nil {
			return
		}
		limits := Limits{Steps: 20_000, Bytes: 1 << 20}
		out, err := template.Render(map[string]any{
			"x": content, "messages": []Pairs{{{"role", "user"}, {"content", content}}},
		}, testTime, limits)
		if len(out) > limits.Bytes {
			t.Errorf("%d bytes of output", len(out))
		}
		if errors.Is(err, errInternal) {
			t.Errorf("a mistake of the engine: %v", err)
		}
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}

// BenchmarkEndless is the time that a template can take at most.
func BenchmarkEndless(b *testing.B) {
	for b.Loop() {
		if _, err := render("{% for i in range(99999) %}{% for j in range(99999) %}{{ i + j }}{% endfor %}{% endfor %}"); err == nil {
			b.Fatal("no error")
		}
	}
}
