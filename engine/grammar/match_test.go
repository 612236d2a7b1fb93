package grammar

import (
	"strings"
	"testing"
)

func must(t testing.TB, text string) *Grammar {
	t.Helper()
	g, err := Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return g
}

func TestMatch(t *testing.T) {
	const arithmetic = `
# sums, as in llama.cpp's examples
root ::= (expr "=" term "\n")+
expr ::= term ([-+*/] term)*
term ::= num | "(" expr ")"
num  ::= [0-9]+`
	cases := []struct {
		grammar  string
		yes, not string // separated by |
	}{
		{`root ::= "yes" | "no"`, "yes|no", "|y|yesno|Yes"},
		{`root ::= "a"*`, "|a|aaaa", "b|ab"},
		{`root ::= "ab"+ "c"?`, "ab|abab|ababc", "|a|aba|abcc"},
		{`root ::= "ab"{2} [xy]{1,2} "z"{2,}`, "ababxzz|ababyxzzz", "abxzz|ababzz|ababxxxzz|ababxz"},
		{`root ::= [^a-c\n]`, "d|é|漢|😀| ", "a|b|c||dd"},
		{`root ::= . .`, "ab|é漢|😀😀", "a|abc|"},
		{`root ::= [\x41-\u0043\U0001F600]+`, "A|ABC|😀A", "D|😁"},
		{`root ::= "\"\\\n\t\x41\u00e9\U0001F600"`, "\"\\\n\tAé😀", "A"},
		{`root ::= [a\]\-^]+`, "a]-^", "b"},
		{`root ::= [-a]+`, "-a", "b"},
		{`root ::= [a-]+`, "-a", "b"},
		{"root ::= (\n \"a\" # one\n | \"b\"\n)\n  | \"c\" |\n\"d\"\n", "a|b|c|d", "ab|e"},
		{`root ::= "a" root "b" | "a" root "c" | "a"`, "a|aab|aaacb", "b|aa|aaab"},
		{`root ::= item ("," item)*` + "\nitem ::= [0-9]*", "|,|1,,2", "a"},
		{`root ::= a b` + "\na ::= \"x\"?\nb ::= a \"y\"", "y|xy|xxy", "xxxy|x"},
		{`root ::= ("a"*)*  "b"`, "b|aab", "a"},
		{`root ::= ""`, "", "a"},
		{`root ::= ("x" | ) "y"`, "y|xy", "x"},
		{arithmetic, "1=1\n|(1+2)*3=9\n1=(1)\n", "1=1|=1\n|(1=1\n"},
		{`root ::= ws "x"` + "\nws ::= [ \\t] ws | \"\"", "x| \t x", "y"},
		{`root ::= "[" (root ("," root)*)? "]"`, "[]|[[],[[]]]", "[|[,]|[]]"},
	}
	for _, c := range cases {
		g := must(t, c.grammar)
		for _, text := range strings.Split(c.yes, "|") {
			if !g.Match(text) {
				t.Errorf("%s refuses %q", c.grammar, text)
			}
		}
		for _, text := range strings.Split(c.not, "|") {
			if strings.Contains("|"+c.yes+"|", "|"+text+"|") {
				continue
			}
			if g.Match(text) {
				t.Errorf("%s takes %q", c.grammar, text)
			}
		}
		if g.auto.err != nil {
			t.Errorf("%s: %v", c.grammar, g.auto.err)
		}
	}
}

// A byte that can only lead to what is no character, or to nothing that can be
// completed, is refused at once.
func TestRefusedAtOnce(t *testing.T) {
	cases := []struct{ grammar, text string }{
		{`root ::= .`, "\x80"},
		{`root ::= .`, "\xC0"},
		{`root ::= .`, "\xED\xA0"}, // a surrogate
		{`root ::= .`, "\xE0\x80"}, // longer than need be
		{`root ::= .`, "\xF4\x90"}, // beyond the last one
		{`root ::= [à-ÿ]`, "\xC3\x9F"},
		{`root ::= [漢]`, "\xE6\xBC\xA3"},
		{`root ::= "a" never | "b"` + "\nnever ::= \"x\" never", "a"},
		{`root ::= "a" [^\x00-\U0010FFFF] | "b"`, "a"},
	}
	for _, c := range cases {
		g := must(t, c.grammar)
		s := g.auto.start
		for i := range len(c.text) {
			if s = g.auto.step(s, c.text[i]); s == dead && i < len(c.text)-1 {
				t.Errorf("%s refuses %q at byte %d already", c.grammar, c.text, i)
			}
		}
		if s != dead {
			t.Errorf("%s does not refuse %q", c.grammar, c.text)
		}
	}
}

func TestParseErrors(t *testing.T) {
	cases := []struct{ grammar, want string }{
		{``, `the grammar is empty`},
		{`a ::= "x"`, `there is no rule named root`},
		{`root = "x"`, `line 1, column 6: after the name root comes ::=`},
		{`root ::= "x`, `line 1, column 10: the text that begins here is not closed`},
		{`root ::= [a`, `line 1, column 10: the [ that begins here is not closed`},
		{`root ::= ("x"`, `line 1, column 10: this ( is not closed`},
		{`root ::= "x")`, `line 1, column 13: this ) closes nothing`},
		{`root ::= *`, `line 1, column 10: "*" repeats nothing`},
		{`root ::= "x" | + "y"`, `line 1, column 16: "+" repeats nothing`},
		{"root ::= a\nb ::= \"x\"", `line 1, column 10: there is no rule named a`},
		{"root ::= \"x\"\n\n  root ::= \"y\"", `line 3, column 3: the rule root is defined twice, first in line 1`},
		{`root ::= root "x" | "y"`, `line 1, column 1: the rule root begins with itself, so`},
		{"root ::= a\na ::= \"x\"? b | \"z\"\nb ::= ws a\nws ::= \" \"*", `line 2, column 1: the rule a begins with itself (a → b → a)`},
		{`root ::= "x" root`, `line 1, column 1: no text completes the rule root`},
		{`root ::= [z-a]`, `line 1, column 11: the range z-a ends before it begins`},
		{`root ::= "x"{3,2}`, `line 1, column 13: {3,2} ends before it begins`},
		{`root ::= "x"{}`, `line 1, column 13: a number of times is written`},
		{`root ::= "x"{1000000}`, `line 1, column 13: more than 100000 times`},
		{`root ::= (("x"{1000}){1000}){1000}`, `the grammar is too large`},
		{`root ::= "\q"`, `line 1, column 11: \ before "q" has no meaning`},
		{`root ::= "\x4"`, `line 1, column 11: the character's number has fewer than 2`},
		{`root ::= "\U00110000"`, `line 1, column 11: there is no character with the number`},
		{`root ::= <think>`, `line 1, column 10: single tokens`},
		{`root ::= é`, `line 1, column 10: "é" has no meaning here`},
		{"root ::= (\"x\"\nb ::= \"y\"", `line 2, column 1: the rule b begins here, but a ( before it`},
		{"root ::= \"\xff\"", `line 1, column 11: this is not UTF-8`},
		{"root ::= " + strings.Repeat("(", 300), `more than 200 groups`},
	}
	for _, c := range cases {
		_, err := Parse(c.grammar)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) && !strings.Contains(err.Error(), ": "+c.want) {
			t.Errorf("%.60q: %v\nwant %s", c.grammar, err, c.want)
		}
	}
}

// Grammars that make others take exponential time or memory.
func TestHostileGrammars(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct{ grammar, text string }{
		{`root ::= "a" root "b" | "a" root "c" | "a" root | "a"`, a(2000)},
		{`root ::= ("a" | "a" "a" | "aa")* "b"`, a(2000)},
		{`root ::= "a" root root | "a"`, a(300)},
		{`root ::= ((("a"*)*)*)* "b"`, a(2000)},
		{`root ::= ("a"?){2000} "a"{2000}`, a(2500)},
		{`root ::= [a] [a-b]* | .* "x" | (.{0,3} "a")*`, a(2000)},
	} {
		g, err := Parse(c.grammar)
		if err != nil {
			t.Errorf("%s: %v", c.grammar, err)
			continue
		}
		g.Match(c.text)
		t.Logf("%s: %d states, %d nodes, %.1f million steps, %v", c.grammar, len(g.auto.states), len(g.auto.nodes), float64(g.auto.work)/1e6, g.auto.err)
		if g.auto.work > 200_000_000 {
			t.Errorf("%s took %d steps", c.grammar, g.auto.work)
		}
	}
}
