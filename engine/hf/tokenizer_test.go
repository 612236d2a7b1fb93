package hf

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// protobuf fields, for files to be read.
func num(n uint64, v int64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, n<<3), uint64(v))
}

func text(n uint64, b string) []byte {
	return append(binary.AppendUvarint(binary.AppendUvarint(nil, n<<3|2), uint64(len(b))), b...)
}

func float(n uint64, v float32) []byte {
	return binary.LittleEndian.AppendUint32(binary.AppendUvarint(nil, n<<3|5), math.Float32bits(v))
}

func onePiece(s string, score float32, kind int64) string {
	return string(text(1, string(slices.Concat(text(1, s), float(2, score), num(3, kind)))))
}

// spModel is a tokenizer.model of six pieces. The fields of trainer and normalizer
// follow the usual ones.
func spModel(trainer, normalizer string) string {
	return onePiece("<unk>", 0, 2) + onePiece("<s>", 0, 3) + onePiece("</s>", 0, 3) + onePiece("▁a", -0, 1) + onePiece("a", -1, 1) +
		string(text(1, string(text(1, "b")))) + // no score and no type: 0 and normal
		string(text(2, string(num(3, 2))+trainer)) + string(text(3, string(text(1, "identity"))+string(num(4, 0))+normalizer)) +
		string(num(99, 7)) + string(append([]byte{98<<1 | 1, 6}, make([]byte, 8)...)) // fields of other programs are passed over
}

func TestSentencePiece(t *testing.T) {
	m, err := parseSentencePiece([]byte(spModel(string(num(43, 5)), string(num(3, 0)))))
	if err != nil {
		t.Fatal(err)
	}
	want := []piece{{"<unk>", 0, 2}, {"<s>", 0, 3}, {"</s>", 0, 3}, {"▁a", 0, 1}, {"a", -1, 1}, {"b", 0, 1}}
	if !reflect.DeepEqual(m.pieces, want) || m.unk != 0 || m.bos != 1 || m.eos != 2 || m.pad != 5 || m.dummyPrefix || m.extraSpaces || m.charsmap {
		t.Errorf("%+v", m)
	}
}

func TestRefusesSentencePiece(t *testing.T) {
	for says, b := range map[string]string{
		"no pieces":                "",
		"no protocol buffer":       "\xff",
		"wire type 3":              "\x0b",
		"it is no protocol buffer": "\x0a\x05ab",
		"unigram model":            onePiece("a", 0, 1),
		"word model":               onePiece("a", 0, 1) + string(text(2, string(num(3, 3)))),
		"unknown type 7":           onePiece("a", 0, 7),
		"unknown type -1":          onePiece("a", 0, -1),
		"not a finite number":      onePiece("a", float32(math.NaN()), 1),
		"piece 0 is no text":       onePiece("\xff", 0, 1),
		"at most 65536 bytes":      onePiece(strings.Repeat("a", 65537), 0, 1),
		"leaves spaces":            onePiece("a", 0, 1) + string(text(2, string(num(3, 2)))) + string(text(3, string(num(5, 0)))),
		"protocol buffer":          string(text(1, "\x08")),
		"buffer":                   string(text(2, "\x1a")),
		"it is no protocol":        string(text(3, "\x15\x00")),
	} {
		_, err := parseSentencePiece([]byte(b))
		wantError(t, err, says)
	}
}

func FuzzSentencePiece(f *testing.F) {
	f.Add([]byte(spModel("", "")))
	f.Add([]byte(onePiece("a", 1, 6)))
	f.Add([]byte("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parseSentencePiece(b)
		if err == nil && (len(m.pieces) == 0 || len(m.pieces) > len(b)) {
			t.Fatalf("%d pieces out of %d bytes", len(m.pieces), len(b))
		}
	})
}

// withTokenizer is a folder with the files, and the keys tokenizer.ggml.*.
func withTokenizer(t testing.TB, files map[string]any) (*Folder, map[string]any) {
	t.Helper()
	d := newTiny()
	d.files = files
	f := d.open(t)
	keys := map[string]any{}
	for _, key := range f.Keys() {
		if name, ok := strings.CutPrefix(key, "tokenizer."); ok {
			keys[strings.TrimPrefix(name, "ggml.")], _ = f.Value(key)
		}
	}
	return f, keys
}

func check(t *testing.T, got map[string]any, want map[string]any) {
	t.Helper()
	for key, v := range want {
		if !reflect.DeepEqual(got[key], v) {
			t.Errorf("%s is %v, want %v", key, got[key], v)
		}
	}
}

// A tokenizer.model with added tokens: rows without a token are padding, tokens
// without a row are left out and told.
func TestTokenizerModel(t *testing.T) {
	f, got := withTokenizer(t, map[string]any{
		"tokenizer.model":         spModel("", ""),
		"added_tokens.json":       map[string]int{"<|im_end|>": 6, "<tool>": 7, "<new>": 8, "<far>": 10},
		"special_tokens_map.json": map[string]any{"additional_special_tokens": []any{map[string]any{"content": "<absent>"}}},
		"tokenizer_config.json": map[string]any{
			"bos_token": map[string]any{"content": "<s>", "lstrip": false}, "eos_token": "<|im_end|>", "pad_token": nil, "add_eos_token": true, "additional_special_tokens": []string{"<new>"},
			"added_tokens_decoder": map[string]any{"6": map[string]any{"content": "<|im_end|>", "special": true}, "7": map[string]any{"content": "<tool>", "special": false, "rstrip": true, "lstrip": true}},
		},
		"generation_config.json": map[string]any{"eos_token_id": []int{2, 6, 99, -1}},
	})
	check(t, got, map[string]any{
		"model":            "llama",
		"tokens":           []string{"<unk>", "<s>", "</s>", "▁a", "a", "b", "<|im_end|>", "<tool>", "<new>", "[PAD9]"},
		"scores":           []float32{0, 0, 0, 0, -1, 0, -1000, -1000, -1000, -1000},
		"token_type":       []int32{2, 3, 3, 1, 1, 1, 3, 4, 3, 5},
		"bos_token_id":     uint32(1),
		"eos_token_id":     uint32(6),
		"unknown_token_id": uint32(0),
		"padding_token_id": nil,
		"eos_token_ids":    []int32{2, 6},
		"add_bos_token":    true,
		"add_eos_token":    true,
		"add_space_prefix": true,
		"merges":           nil,
		"pre":              nil,
	})
	if s := f.Spelling(); s.ByMerges || !slices.Equal(s.LStrip, []int32{7}) || !slices.Equal(s.RStrip, []int32{7}) || s.IgnoreMerges != nil {
		t.Errorf("spelling %+v", s)
	}
	if w := f.Warnings(); len(w) != 1 || !strings.Contains(w[0], `1 tokens that were added, "<far>"`) {
		t.Errorf("warnings %q", w)
	}
}

// spJSON is a tokenizer.json in SentencePiece's manner, to be changed.
func spJSON() map[string]any {
	return map[string]any{
		"added_tokens": []any{map[string]any{"id": 0, "content": "<unk>", "special": true}, map[string]any{"id": 1, "content": "<s>", "special": true}},
		"normalizer": map[string]any{"type": "Sequence", "normalizers": []any{
			map[string]any{"type": "Prepend", "prepend": "▁"}, map[string]any{"type": "Replace", "pattern": map[string]any{"String": " "}, "content": "▁"}}},
		"post_processor": map[string]any{"type": "TemplateProcessing", "single": []any{
			map[string]any{"SpecialToken": map[string]any{"id": "<s>", "type_id": 0}}, map[string]any{"Sequence": map[string]any{"id": "A"}}}},
		"model": map[string]any{"type": "BPE", "unk_token": "<unk>", "byte_fallback": true,
			"vocab":  map[string]int{"<unk>": 0, "<s>": 1, "<0x0A>": 2, "▁": 3, "a": 4, "b": 5, "ab": 6, "▁ab": 7},
			"merges": []string{"a b", "▁ ab"}},
	}
}

func TestTokenizerJSON(t *testing.T) {
	config := map[string]any{"bos_token": "<s>"}
	f, got := withTokenizer(t, map[string]any{"tokenizer.json": spJSON(), "tokenizer_config.json": config})
	check(t, got, map[string]any{
		"model":            "llama",
		"tokens":           []string{"<unk>", "<s>", "<0x0A>", "▁", "a", "b", "ab", "▁ab", "[PAD8]", "[PAD9]"},
		"token_type":       []int32{2, 3, 6, 1, 1, 1, 1, 1, 5, 5},
		"scores":           []float32{-2, -2, -2, -2, -2, -2, 0, -1, -2, -2},
		"merges":           []string{"a b", "▁ ab"},
		"bos_token_id":     uint32(1),
		"unknown_token_id": uint32(0),
		"add_bos_token":    true,
		"add_eos_token":    false,
		"add_space_prefix": true,
	})
	if !f.Spelling().ByMerges || len(f.Warnings()) > 0 {
		t.Errorf("%+v, %q", f.Spelling(), f.Warnings())
	}

	d := spJSON()
	d["post_processor"] = nil
	d["normalizer"] = nil
	d["pre_tokenizer"] = map[string]any{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": false}
	d["model"].(map[string]any)["merges"] = [][]string{{"a", "b"}, {"▁", "ab"}}
	config["add_bos_token"] = false
	_, got = withTokenizer(t, map[string]any{"tokenizer.json": d, "tokenizer_config.json": config})
	check(t, got, map[string]any{"merges": []string{"a b", "▁ ab"}, "add_bos_token": false, "add_space_prefix": false})

	// tokenizer.model has the scores, so it is preferred; tokenizer.json adds.
	d["added_tokens"] = []any{map[string]any{"id": 8, "content": "<x>", "special": true}}
	_, got = withTokenizer(t, map[string]any{"tokenizer.json": d, "tokenizer.model": spModel("", "")})
	check(t, got, map[string]any{"tokens": []string{"<unk>", "<s>", "</s>", "▁a", "a", "b", "[PAD6]", "[PAD7]", "<x>", "[PAD9]"}})
}

// byteJSON is a byte-level tokenizer.json with the steps that cut words.
func byteJSON(steps ...any) map[string]any {
	return map[string]any{
		"pre_tokenizer": map[string]any{"type": "Sequence", "pretokenizers": steps},
		"decoder":       map[string]any{"type": "ByteLevel"},
		"model": map[string]any{"type": "BPE", "ignore_merges": true, "merges": [][]string{{"a", "b"}, {" ", "ab"}},
			"vocab": map[string]int{"a": 0, "b": 1, "ab": 2, "Ġ": 3, "Ġab": 4}},
	}
}

func TestByteLevel(t *testing.T) {
	split := func(regex string) any {
		return map[string]any{"type": "Split", "pattern": map[string]any{"Regex": regex}, "behavior": "Isolated", "invert": false}
	}
	level := map[string]any{"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}
	const llama3 = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	for _, c := range []struct {
		file map[string]any
		pre  string
		warn string
	}{
		{byteJSON(split(llama3), level), "llama-bpe", ""},
		{byteJSON(map[string]any{"type": "ByteLevel"}), "gpt-2", ""},
		{byteJSON(map[string]any{"type": "Digits", "individual_digits": true}, map[string]any{"type": "ByteLevel", "use_regex": true}), "starcoder", ""},
		{byteJSON(split("x+"), level), "default", "cuts words in a way that is not known"},
		{byteJSON(map[string]any{"type": "Whitespace"}, level), "default", "cuts words in a way that is not known"},
	} {
		f, got := withTokenizer(t, map[string]any{"tokenizer.json": c.file, "tokenizer.model": "IQ== 0\nIg== 1\n"})
		check(t, got, map[string]any{"model": "gpt2", "pre": c.pre, "scores": nil, "merges": []string{"a b", "Ġ ab"}, "add_space_prefix": nil, "add_bos_token": false})
		if s := f.Spelling(); s.IgnoreMerges == nil || !*s.IgnoreMerges || s.ByMerges {
			t.Errorf("spelling %+v", s)
		}
		if w := strings.Join(f.Warnings(), "\n"); c.warn == "" && w != "" || !strings.Contains(w, c.warn) {
			t.Errorf("%s: warnings %q", c.pre, w)
		}
	}
	plain := byteJSON(split(llama3), level)
	plain["model"].(map[string]any)["ignore_merges"] = false
	_, got := withTokenizer(t, map[string]any{"tokenizer.json": plain})
	check(t, got, map[string]any{"pre": "smaug-bpe"})
}

func TestTemplates(t *testing.T) {
	model := spModel("", "")
	named := []any{map[string]string{"name": "default", "template": "D"}, map[string]string{"name": "rag", "template": "R"}}
	for _, c := range []struct{ files, want map[string]any }{
		{map[string]any{"tokenizer_config.json": map[string]any{"chat_template": "T"}}, map[string]any{"chat_template": "T", "chat_templates": nil}},
		{map[string]any{"tokenizer_config.json": map[string]any{"chat_template": named}}, map[string]any{"chat_template": "D", "chat_template.rag": "R", "chat_templates": []string{"rag"}}},
		{map[string]any{"tokenizer_config.json": map[string]any{"chat_template": "T"}, "chat_template.jinja": "J"}, map[string]any{"chat_template": "J"}},
		{map[string]any{"chat_template.json": map[string]any{"chat_template": "O"}}, map[string]any{"chat_template": "O"}},
		{map[string]any{}, map[string]any{"chat_template": nil}},
	} {
		c.files["tokenizer.model"] = model
		_, got := withTokenizer(t, c.files)
		check(t, got, c.want)
	}
}

// Files that lie or break off are refused with their name and what is wrong.
func TestRefusesTokenizers(t *testing.T) {
	model := func(key string, v any) map[string]any {
		d := spJSON()
		d["model"].(map[string]any)[key] = v
		return d
	}
	for _, c := range []struct {
		file    string
		content any
		says    string
	}{
		{"tokenizer.json", "{", "unexpected end"},
		{"tokenizer.json", map[string]any{"model": map[string]any{"type": "Unigram", "vocab": []any{[]any{"a", -1.5}}}}, `model.type is "Unigram"`},
		{"tokenizer.json", map[string]any{"model": spJSON()["model"]}, "this kind of vocabulary is not supported"},
		{"tokenizer.json", model("vocab", map[string]int{}), "model.vocab is empty"},
		{"tokenizer.json", model("vocab", map[string]int{"a": 1, "b": 1}), `the id 1 to both "a" and "b"`},
		{"tokenizer.json", model("vocab", map[string]int{"a": -1}), `model.vocab["a"] is -1`},
		{"tokenizer.json", model("vocab", map[string]int{"a": maxTokens}), "which is no id"},
		{"tokenizer.json", model("vocab", map[string]string{"a": "b"}), "vocab"},
		{"tokenizer.json", model("merges", []string{"ab"}), "model.merges[0]"},
		{"tokenizer.json", model("merges", [][]string{{"a"}}), "model.merges[0] has 1 parts"},
		{"tokenizer.json", model("merges", 7), "model.merges"},
		{"tokenizer.json", map[string]any{"added_tokens": []any{map[string]any{"id": -5}}, "model": spJSON()["model"], "normalizer": spJSON()["normalizer"]}, "added_tokens[0]"},
		{"tokenizer.model", "version https://git-lfs.github.com/spec/v1\noid sha256:00", "run git lfs pull"},
		{"tokenizer.model", "garbage", "protocol buffer"},
		{"tokenizer_config.json", "[]", "not a JSON object"},
		{"tokenizer_config.json", map[string]any{"bos_token": 7}, "bos_token is 7"},
		{"tokenizer_config.json", map[string]any{"add_bos_token": "yes"}, "add_bos_token"},
		{"tokenizer_config.json", map[string]any{"chat_template": 7}, "chat_template"},
		{"tokenizer_config.json", map[string]any{"chat_template": []any{map[string]string{"template": "T"}}}, "chat_template[0] has no name"},
		{"tokenizer_config.json", map[string]any{"added_tokens_decoder": map[string]any{"x": map[string]any{}}}, "added_tokens_decoder.x"},
		{"tokenizer_config.json", map[string]any{"added_tokens_decoder": 1}, "added_tokens_decoder"},
		{"added_tokens.json", map[string]any{"a": "b"}, "cannot unmarshal"},
		{"special_tokens_map.json", map[string]any{"eos_token": []int{1}}, "eos_token"},
		{"special_tokens_map.json", map[string]any{"additional_special_tokens": 1}, "additional_special_tokens"},
		{"generation_config.json", map[string]any{"eos_token_id": "x"}, "eos_token_id"},
		{"chat_template.jinja", "\xff", "not UTF-8"},
		{"chat_template.jinja", strings.Repeat("x", maxTemplate+1), "more than 4 MiB"},
	} {
		d := newTiny()
		d.files["tokenizer.model"] = spModel("", "")
		d.files[c.file] = c.content
		_, err := Open(d.write(t))
		wantError(t, err, "tiny: ", c.file, c.says)
	}
}

// What the tokenizer asks for and is not done is told.
func TestTellsOfOddTokenizers(t *testing.T) {
	d := spJSON()
	d["normalizer"] = map[string]any{"type": "Sequence", "normalizers": []any{map[string]any{"type": "Lowercase"}, map[string]any{"type": "Replace", "pattern": map[string]any{"Regex": "x"}, "content": "y"}}}
	d["pre_tokenizer"] = map[string]any{"type": "Metaspace"}
	cut := spJSON()
	cut["pre_tokenizer"] = map[string]any{"type": "Split", "pattern": map[string]any{"String": " "}, "behavior": "MergedWithPrevious"}
	for says, files := range map[string]map[string]any{
		`normalizer rewrites text before it is read ("Lowercase", "Replace")`: {"tokenizer.json": d},
		"rewrites text before it is read (nmt_nfkc)":                          {"tokenizer.model": spModel("", string(text(1, "nmt_nfkc"))+string(text(2, "table")))},
		`pre_tokenizer cuts text before it is merged ("Split")`:               {"tokenizer.json": cut},
		"puts a space before each text":                                       {"tokenizer.json": byteJSON(map[string]any{"type": "ByteLevel", "add_prefix_space": true})},
		"makes one space of several":                                          {"tokenizer.model": spModel("", string(num(4, 1)))},
		`the eos token "<end>" is not in the vocabulary`:                      {"tokenizer.model": spModel("", ""), "special_tokens_map.json": map[string]string{"eos_token": "<end>"}},
	} {
		f, _ := withTokenizer(t, files)
		if w := f.Warnings(); len(w) != 1 || !strings.Contains(w[0], says) {
			t.Errorf("warnings %q, want %q", w, says)
		}
	}
}

func readSeed(f *testing.F, path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	return b
}

// Whatever the files of a tokenizer and of a configuration hold, a folder either
// is refused or has arrays of one length and ids within them.
func FuzzTokenizer(f *testing.F) {
	f.Add(mustJSON(f, spJSON()), []byte(`{"bos_token":"<s>","added_tokens_decoder":{"7":{"content":"x"}}}`), []byte(`{"eos_token_id":[1,2]}`))
	f.Add(mustJSON(f, byteJSON(map[string]any{"type": "ByteLevel"})), []byte(`{"eos_token":{"content":"a"},"chat_template":[{"name":"default","template":"x"}]}`), []byte(`{}`))
	f.Add(readSeed(f, "testdata/llama3/tokenizer.json"), readSeed(f, "testdata/mixtral/tokenizer_config.json"), []byte(`{"eos_token_id":-1}`))
	f.Fuzz(func(t *testing.T, tok, settings, config []byte) {
		o, err := parseObject("config.json", config)
		if err != nil {
			return
		}
		_, _ = readConfig(o) // must not panic
		c := config10(o)
		in := fstest.MapFS{"tokenizer.json": {Data: tok}, "tokenizer_config.json": {Data: settings}}
		got, err := readTokenizer(&files{FS: in, sum: sha256.New()}, c)
		if err != nil {
			return
		}
		if n := c.vocabulary; len(got.tokens) != n || len(got.types) != n || got.scores != nil && len(got.scores) != n {
			t.Fatalf("%d tokens, %d types, %d scores", len(got.tokens), len(got.types), len(got.scores))
		}
		for name, id := range got.ids {
			if int(id) >= len(got.tokens) || id < 0 {
				t.Fatalf("the %s token is %d", name, id)
			}
		}
		for _, id := range slices.Concat(got.ends, got.spelling.LStrip, got.spelling.RStrip) {
			if int(id) >= len(got.tokens) || id < 0 {
				t.Fatalf("a special token is %d", id)
			}
		}
	})
}

func config10(o *object) config {
	return config{vocabulary: 10, tokens: tokenIDs{bos: o.or("bos_token_id", -1, 1<<22, -1), pad: -1, eos: o.integers("eos_token_id")}}
}

func mustJSON(f *testing.F, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		f.Fatal(err)
	}
	return b
}
