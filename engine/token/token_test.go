package token

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Config)
		want  string
	}{
		"model":         {func(c *Config) { c.Model = "bert" }, `tokenizer model "bert" is not supported`},
		"no tokens":     {func(c *Config) { *c = Defaults(SentencePiece) }, "has 0 tokens"},
		"scores":        {func(c *Config) { c.Scores = c.Scores[1:] }, "scores"},
		"types":         {func(c *Config) { c.Types = c.Types[1:] }, "token types"},
		"type":          {func(c *Config) { c.Types[7] = 9 }, "token 7 has the unknown type 9"},
		"negative type": {func(c *Config) { c.Types[7] = -1 }, "token 7 has the unknown type -1"},
		"score":         {func(c *Config) { c.Scores[7] /= c.Scores[7] }, "score of token 7 is not a number"},
		"long token":    {func(c *Config) { c.Tokens[7] = strings.Repeat("x", 1<<16+1) }, "token 7 is 65537 bytes long"},
		"long merge":    {func(c *Config) { c.Merges = []string{strings.Repeat("x ", 1<<17)} }, "merge 0 is 262144 bytes"},
		"merge":         {func(c *Config) { c.Merges = []string{"a b", "ab"} }, `merge 1, "ab", is not two parts`},
		"merge's left":  {func(c *Config) { c.Merges = []string{" b"} }, `merge 0, " b", is not two parts`},
		"merge's right": {func(c *Config) { c.Merges = []string{"ab "} }, `merge 0, "ab ", is not two parts`},
		"no merges":     {func(c *Config) { c.Model, c.Merges = ByteLevel, nil }, "no merges"},
		"BOS":           {func(c *Config) { c.BOS = int32(len(c.Tokens)) }, "BOS token"},
		"EOS":           {func(c *Config) { c.EOS = -2 }, "EOS token -2"},
		"EOG":           {func(c *Config) { c.EOGs = []int32{-1} }, "special token -1"},
		"RStrip":        {func(c *Config) { c.RStrip = []int32{1 << 30} }, "special token 1073741824"},
	} {
		config := readOwn(t, "sentencepiece").Config
		c.spoil(&config)
		tok, err := New(config)
		if tok != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

// FuzzNew makes vocabularies of whatever there is: New refuses them or they work.
func FuzzNew(f *testing.F) {
	f.Add("▁\x00a\x00▁a\x00<0x0A>", "▁ a\x00a a", []byte{1, 1, 1, 6}, "a a\na", int32(0))
	f.Add("a\x00b\x00ab\x00Ġ\x00\x00ab", "a b\x00ab ab\x00a b", []byte{1, 3, 4, 5, 2, 1}, " abab", int32(1))
	f.Add("<|im_end|>\x00<unk>\x00x", "", []byte{4, 2, 1}, "x<|im_end|>", int32(2))
	f.Fuzz(func(t *testing.T, tokens, merges string, types []byte, text string, special int32) {
		for _, model := range []string{SentencePiece, ByteLevel} {
			c := Defaults(model)
			c.Tokens, c.BOS, c.EOS, c.UNK = strings.Split(tokens, "\x00"), special, -1, -1
			if merges != "" {
				c.Merges = strings.Split(merges, "\x00")
			}
			for _, k := range types {
				c.Types = append(c.Types, int32(int8(k)))
				c.Scores = append(c.Scores, float32(int8(k)%3))
			}
			tok, err := New(c)
			if err != nil {
				continue
			}
			for _, o := range []Options{{}, {Special: true, BOS: true}} {
				ids := tok.Encode(tok.GuardText(text), o)
				checkDecoder(t, tok, ids, DecodeOptions{Special: o.Special})
			}
		}
	})
}

func TestEnds(t *testing.T) {
	c := Defaults(SentencePiece)
	c.Tokens = []string{"<unk>", "<s>", "</s>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|eot_id|>", "▁", "x", "y", "<eos>", "<|end_of_turn|>"}
	c.Types = []int32{2, 3, 3, 4, 3, 3, 3, 1, 1, 1, 4, 4, 1}
	c.Scores = make([]float32, len(c.Tokens))
	c.Scores[8] = -1
	c.EOT, c.EOGs = 10, []int32{9}
	tok := mustNew(t, c)
	want := map[string]bool{"</s>": true, "<|im_end|>": true, "<|return|>": true, "<|call|>": true, "<|eot_id|>": true, "x": true, "y": true, "<|end_of_turn|>": true}
	for id, text := range c.Tokens {
		if got := tok.EndOfGeneration(int32(id)); got != want[text] {
			t.Errorf("%s ends generation: %v", text, got)
		}
	}
	for id, control := range map[int32]bool{3: true, 7: true, 9: false, 10: true, 11: false, 12: true, -1: false, 99: false} {
		if tok.Control(id) != control {
			t.Errorf("%q is control: %v", tok.Text(id), !control)
		}
	}
	if n := len(tok.Warnings()); n != 4 { // <|im_end|>, <|eot_id|>, y and <|end_of_turn|> are made control tokens
		t.Errorf("%d warnings: %q", n, tok.Warnings())
	}
}

func TestEndNames(t *testing.T) {
	for _, name := range strings.Fields("</s> <|eot_id|> <|eom_id|> <|im_end|> <|end|> <|return|> <|call|> <|flush|> <|calls|> <end_of_turn> <turn|> " +
		"<|endoftext|> <|end_of_text|> <EOT> _<EOT> [EOT] [EOS] <eos> <end_of_utterance> <｜end▁of▁sentence｜> <|user|> <|end_of_turn|> " +
		"<|fim_pad|> <|fim_repo|> <|repo_name|> <|file_sep|>") {
		c := readOwn(t, "bytelevel").Config
		c.Tokens, c.Types = append(c.Tokens, "<|other|>", name), append(c.Types, 3, 3)
		c.Tokens[c.EOS] = "<|bos|>" // the name must not be there twice
		tok := mustNew(t, c)
		id := int32(len(c.Tokens) - 1)
		if !tok.EndOfGeneration(id) || tok.EndOfGeneration(id-1) {
			t.Errorf("%s does not end generation, or <|other|> does", name)
		}
	}
}

func TestDefaults(t *testing.T) {
	if c := Defaults(SentencePiece); c.UNK != 0 || c.BOS != 1 || c.EOS != 2 || c.PAD != -1 {
		t.Errorf("SentencePiece: %+v", c)
	}
	if c := Defaults(ByteLevel); c.UNK != -1 || c.BOS != -1 || c.EOS != -1 {
		t.Errorf("byte-level: %+v", c)
	}
	yes, no := true, false
	for _, c := range []struct {
		name, pre string
		set       *bool
		want      bool
	}{
		{"sentencepiece", "", nil, true}, {"sentencepiece", "", &no, false},
		{"bytelevel", "gpt-2", nil, false}, {"bytelevel", "gpt-2", &yes, true}, {"bytelevel", "qwen2", nil, false},
		{"bytelevel", "llama-bpe", nil, true}, {"bytelevel", "tekken", nil, true}, {"bytelevel", "chameleon", nil, true},
	} {
		config := readOwn(t, c.name).Config
		config.Pre, config.AddBOS = c.pre, c.set
		if got := mustNew(t, config).AddsBOS(); got != c.want {
			t.Errorf("%s %s: adds BOS %v", c.name, c.pre, got)
		}
	}
}

func TestAddEOS(t *testing.T) {
	c := readOwn(t, "sentencepiece").Config
	yes := true
	c.AddEOS = &yes
	tok := mustNew(t, c)
	if got := texts(tok, tok.Encode("the", Options{BOS: true})); !slices.Equal(got, []string{"<s>", "▁the", "</s>"}) {
		t.Errorf("got %q", got)
	}
	c.EOS = -1
	if tok := mustNew(t, c); len(tok.Warnings()) != 1 || len(tok.Encode("the", Options{BOS: true})) != 2 {
		t.Errorf("without an EOS token: warnings %q", tok.Warnings())
	}
}

func TestUnknownPreTokenizer(t *testing.T) {
	c := readOwn(t, "bytelevel").Config
	for pre, warnings := range map[string]int{"default": 0, "": 1, "foo": 1} {
		c.Pre = pre
		if got := mustNew(t, c).Warnings(); len(got) != warnings {
			t.Errorf("pre-tokenizer %q: warnings %q", pre, got)
		}
	}
}

// TestWholeWords has a token that no merge leads to, as Llama 3's vocabulary does.
func TestWholeWords(t *testing.T) {
	c := readOwn(t, "bytelevel").Config
	yes := true
	c.IgnoreMerges = &yes
	tok := mustNew(t, c)
	if got := texts(tok, tok.Encode("the the", Options{})); !slices.Equal(got, []string{"the", "Ġthe"}) {
		t.Errorf("got %q", got)
	}
}

// TestUnspeakable has characters that no token spells.
func TestUnspeakable(t *testing.T) {
	c := Defaults(SentencePiece)
	c.Tokens, c.Types, c.Scores = []string{"<unk>", "<s>", "</s>", "▁", "a"}, []int32{2, 3, 3, 1, 1}, []float32{0, 0, 0, -1, -2}
	tok := mustNew(t, c)
	if got := texts(tok, tok.Encode("a日本a é", Options{})); !slices.Equal(got, []string{"▁", "a", "<unk>", "a", "▁", "<unk>"}) {
		t.Errorf("with an unknown token: %q", got)
	}
	c.UNK, c.Types[0] = -1, 3
	tok = mustNew(t, c)
	if got := texts(tok, tok.Encode("a日本a", Options{})); !slices.Equal(got, []string{"▁", "a", "a"}) || len(tok.Warnings()) != 1 {
		t.Errorf("without: %q, warnings %q", got, tok.Warnings())
	}
}

// TestTypesInferred has a vocabulary that states no types.
func TestTypesInferred(t *testing.T) {
	o := readOwn(t, "sentencepiece")
	o.Config.Types = nil
	tok := mustNew(t, o.Config)
	for id, want := range map[int32]kind{0: unknown, 1: control, 2: control, 3: byteValue, 258: byteValue, 259: normal} {
		if tok.kinds[id] != want {
			t.Errorf("%q has kind %d, want %d", tok.Text(id), tok.kinds[id], want)
		}
	}
	if got := texts(tok, tok.Encode("<s>a\n", Options{Special: true})); !slices.Equal(got, []string{"<s>", "▁", "a", "<0x0A>"}) {
		t.Errorf("got %q", got)
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	for _, name := range ownNames {
		tok := mustNew(t, readOwn(t, name).Config)
		text := strings.Repeat("the hering in  日本\n", 50)
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if got := tok.Decode(tok.Encode(text, Options{}), DecodeOptions{}); got != text {
					t.Errorf("%q came back as %q", text, got)
				}
			})
		}
		group.Wait()
	}
}
