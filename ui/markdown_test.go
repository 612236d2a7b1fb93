package ui

import (
	"fmt"
	"strings"
	"testing"
)

// spell writes spans as text: *bold*, /italic/, -struck-, `code`, $formula$,
// [text](link).
func spell(spans []span) string {
	var b strings.Builder
	for _, s := range spans {
		text := s.text
		for _, look := range []struct {
			bit  markup
			sign string
		}{{code, "`"}, {formula, "$"}, {bold, "*"}, {italic, "/"}, {strike, "-"}} {
			if s.look&look.bit != 0 {
				text = look.sign + text + look.sign
			}
		}
		if s.link != "" {
			text = fmt.Sprintf("[%s](%s)", text, s.link)
		}
		b.WriteString(text)
	}
	return b.String()
}

func parseText(source string) []node {
	m := newMarkdown()
	s, chunks := split(source, false)
	var nodes []node
	for _, c := range chunks {
		nodes = append(nodes, m.parse(s.source(c), c)...)
	}
	return nodes
}

func TestMarkdownSpans(t *testing.T) {
	for source, want := range map[string]string{
		"plain":                                   "plain",
		"**b** *i* ***bi*** ~~s~~":                "*b* /i/ /*bi*/ -s-",
		"a `x*y*` b":                              "a `x*y*` b",
		"one\ntwo":                                "one\ntwo",
		"hard  \nbreak\\\nagain":                  "hard\nbreak\nagain",
		"[t](https://a.b/c) <https://d.e>":        "[t](https://a.b/c) [https://d.e](https://d.e)",
		"see https://example.org/x?y=1.":          "see [https://example.org/x?y=1](https://example.org/x?y=1).",
		"me@example.org":                          "[me@example.org](mailto:me@example.org)",
		"![alt](https://x.y/z.png)":               "[alt](https://x.y/z.png)",
		"![](https://x.y/z.png)":                  "[https://x.y/z.png](https://x.y/z.png)",
		"a <b>c</b> d<br>e":                       "a <b>c</b> d\ne",
		"one<br> *two*":                           "one\n/two/",
		"a<br> b":                                 "a\nb",
		`\*not\* &amp; &#65; &nope; & \\`:         `*not* & A &nope; & \`,
		"$a_1 * b_2 * c$ and $5 or $10":           "$$a_1 * b_2 * c$$ and $5 or $10",
		`so \(x_1\) and \[y_2\] and $$z_*$$ end`:  `so $\(x_1\)$ and $\[y_2\]$ and $$$z_*$$$ end`,
		"$x$5 and price $ 3$ and \\$4$":           "$x$5 and price $ 3$ and $4$",
		"snake_case_word and 2 * 3 * 4":           "snake_case_word and 2 * 3 * 4",
		"**bold `code` [l](https://m.n)**":        "*bold **`code`** *[*l*](https://m.n)",
		"<script>alert(1)</script>":               "",
		"trailing \n\n[ref]: https://nothing.org": "trailing",
	} {
		var got string
		if nodes := parseText(source); len(nodes) > 0 {
			got = spell(nodes[0].spans)
		}
		if got != want {
			t.Errorf("%q reads\n%s\nwant\n%s", source, got, want)
		}
	}
}

func TestMarkdownBlocks(t *testing.T) {
	for source, want := range map[string]string{
		"# One\n\n### Three\n\nTwo\n---":         "h1 h3 h2",
		"```go\na\n\n\tb\n```":                   `code(go "a\n\n\tb")`,
		"~~~~\n```\n~~~~":                        "code( \"```\")",
		"```py\nopen":                            `code(py "open" open)`,
		"    indented\n\n    more":               `code( "indented\n\nmore")`,
		"  ```js\n  x\n    y\n  ```":             `code(js "x\n  y")`,
		"- a\n- b\n  - c":                        "list(item(p)) list(item(p list(item(p))))",
		"3. a\n\n   b":                           "list3(item(p p))",
		"- [x] done\n- [ ] open":                 "list(done(p)) list(open(p))",
		"> a\n>\n> - b":                          "quote(p list(item(p)))",
		"| a | b |\n|---|:-:|\n| 1 |\n":          "table2x2",
		"---":                                    "rule",
		"<div>\nx\n</div>":                       `html("<div>\nx\n</div>")`,
		"$$\na_1\n$$":                            `math("$$\na_1\n$$")`,
		"\\[ x \\]":                              `math("\\[ x \\]")`,
		"- item\n  ```sh\n  ls\n  ```":           `list(item(p code(sh "ls")))`,
		"1. one\n\n```\ncode\n```\n\n2. two":     `list1(item(p)) code( "code") list2(item(p))`,
		"text\n| a |\n|---|\n| 1 |\n\nafter":     "p table2x1 p",
		"- a\n\n      indented in item\n\nafter": `list(item(p code( "indented in item"))) p`,
	} {
		if got := shape(parseText(source)); got != want {
			t.Errorf("%q is\n%s\nwant\n%s", source, got, want)
		}
	}
}

// shape writes the blocks without their text.
func shape(nodes []node) string {
	var out []string
	for _, n := range nodes {
		inner := "(" + shape(n.children) + ")"
		switch n.kind {
		case paragraphNode:
			out = append(out, "p")
		case headingNode:
			out = append(out, fmt.Sprintf("h%d", n.level))
		case codeNode:
			open := ""
			if n.open {
				open = " open"
			}
			out = append(out, fmt.Sprintf("code(%s %q%s)", n.language, n.code, open))
		case mathNode:
			out = append(out, fmt.Sprintf("math(%q)", n.code))
		case htmlNode:
			out = append(out, fmt.Sprintf("html(%q)", n.code))
		case tableNode:
			out = append(out, fmt.Sprintf("table%dx%d", len(n.table.rows), len(n.table.align)))
		case ruleNode:
			out = append(out, "rule")
		case quoteNode:
			out = append(out, "quote"+inner)
		case listNode:
			name := "list"
			if n.ordered {
				name = fmt.Sprintf("list%d", n.number)
			}
			out = append(out, name+inner)
		case itemNode:
			out = append(out, [...]string{"item", "open", "done"}[n.task]+inner)
		}
	}
	return strings.Join(out, " ")
}

func TestPlainTextStaysAsTyped(t *testing.T) {
	s, chunks := split("# not a heading *x*\n  - indented\n```c\nint x;\n```\n<b>\n\nnext", true)
	var got []string
	for _, c := range chunks {
		for _, n := range parsePlain(s.source(c), c) {
			got = append(got, spell(n.spans)+n.code)
		}
	}
	want := []string{"# not a heading *x*\n  - indented", "int x;", "<b>", "next"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("typed text reads %q, want %q", got, want)
	}
}

func TestLinksLeadOnlyToTheWeb(t *testing.T) {
	for link, want := range map[string]bool{
		"https://a.b": true, "http://a.b": true, "HTTPS://a.b": true, "mailto:a@b.c": true,
		"file:///etc/passwd": false, "javascript:alert(1)": false, "https:a": false, "": false, "/x": false, "mailto": false,
	} {
		if got := isSafeLink(link); got != want {
			t.Errorf("isSafeLink(%q) is %v", link, got)
		}
	}
}

func TestPresentable(t *testing.T) {
	for source, want := range map[string]string{
		"text\n-":                 "text",
		"text\n--":                "text",
		"text\n1.":                "text",
		"text\n#":                 "text",
		"- ":                      "",
		"a **bold":                "a **bold**",
		"a **bold *both":          "a **bold *both***",
		"a **":                    "a ",
		"a `co":                   "a `co`",
		"a `co` and *it":          "a `co` and *it*",
		"done **b** and `c`":      "done **b** and `c`",
		"see [the pa":             "see [the pa",
		"see [paper](https://ar":  "see paper",
		"see [paper](https://a) ": "see [paper](https://a) ",
		"2 * 3":                   "2 * 3",
		"| a | b":                 "| a | b|\n|---|---|",
		"| a | b |\n|--":          "| a | b |\n|---|---|",
		"| a |\n|---|\n| 1":       "| a |\n|---|\n| 1",
		"~~gone":                  "~~gone~~",
		`\**x`:                    `\**x*`,
		"one **open\n\ntwo `x":    "one **open\n\ntwo `x`",
	} {
		if got := presentable(source, chunk{}); got != want {
			t.Errorf("%q is shown as %q, want %q", source, got, want)
		}
	}
	fence := chunk{kind: fenceChunk}
	for source, want := range map[string]string{"```\nx\n``": "```\nx", "```\nx\n`y": "```\nx\n`y", "```": "```"} {
		if got := presentable(source, fence); got != want {
			t.Errorf("%q is shown as %q, want %q", source, got, want)
		}
	}
}

// FuzzMarkdown reads any text as a reply that streams in and as a finished one.
func FuzzMarkdown(f *testing.F) {
	for _, text := range splitSamples() {
		f.Add(text)
	}
	f.Add("**a `b [c](d ~~e $f")
	f.Fuzz(func(t *testing.T, text string) {
		m := newMarkdown()
		for _, plain := range []bool{false, true} {
			s, chunks := split(text, plain)
			for _, c := range chunks {
				source := s.source(c)
				if plain {
					parsePlain(source, c)
				}
				m.parse(source, c)
				m.parse(presentable(source, c), c)
			}
		}
	})
}
