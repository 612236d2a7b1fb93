package token_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"beyonder/engine/gguf"
	"beyonder/engine/token"
)

// sharedData returns the folder of real vocabularies beside the repository, or
// skips the test.
func sharedData(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the package")
		}
		dir = filepath.Dir(dir)
	}
	data := filepath.Join(dir, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skipf("the real vocabularies are missing: %v", err)
	}
	return data
}

// readConfig fills a Config from a GGUF file.
func readConfig(t testing.TB, path string) token.Config {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the vocabulary is missing: %v", err)
	}
	f, err := gguf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := func(key string) string { s, _, _ := f.String(key); return s }
	c := token.Defaults(text("tokenizer.ggml.model"))
	c.Pre, c.Name = text("tokenizer.ggml.pre"), text("general.name")
	c.Tokens, _, _ = f.Strings("tokenizer.ggml.tokens")
	c.Scores, _, _ = f.Floats("tokenizer.ggml.scores")
	c.Types, _, _ = f.Ints("tokenizer.ggml.token_type")
	c.Merges, _, _ = f.Strings("tokenizer.ggml.merges")
	for key, id := range map[string]*int32{"bos": &c.BOS, "eos": &c.EOS, "eot": &c.EOT, "eom": &c.EOM, "unknown": &c.UNK, "padding": &c.PAD} {
		if n, ok, _ := f.Int("tokenizer.ggml." + key + "_token_id"); ok {
			*id = int32(n)
		}
	}
	for key, flag := range map[string]**bool{"add_bos_token": &c.AddBOS, "add_eos_token": &c.AddEOS, "add_space_prefix": &c.AddSpacePrefix} {
		if b, ok, _ := f.Bool("tokenizer.ggml." + key); ok {
			*flag = &b
		}
	}
	return c
}

func newTokenizer(t testing.TB, c token.Config) *token.Tokenizer {
	t.Helper()
	tok, err := token.New(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range tok.Warnings() {
		t.Log("warning:", w)
	}
	return tok
}

func openVocabulary(t testing.TB, name string) *token.Tokenizer {
	t.Helper()
	return newTokenizer(t, readConfig(t, filepath.Join(sharedData(t), "vocab", "ggml-vocab-"+name+".gguf")))
}

// TestVocabularies compares with the ids that llama.cpp gave.
func TestVocabularies(t *testing.T) {
	inputs, err := filepath.Glob(filepath.Join(sharedData(t), "vocab", "*.inp"))
	if err != nil || len(inputs) == 0 {
		t.Skip("no vectors beside the real vocabularies")
	}
	for _, input := range inputs {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(input), "ggml-vocab-"), ".gguf.inp")
		t.Run(name, func(t *testing.T) { compareVectors(t, openVocabulary(t, name), strings.TrimSuffix(input, ".inp")) })
	}
}

func compareVectors(t *testing.T, tok *token.Tokenizer, path string) {
	texts := strings.Split(readFile(t, path+".inp"), "\n__ggml_vocab_test__\n")
	lines := strings.Split(readFile(t, path+".out"), "\n")
	if texts[len(texts)-1] == "" {
		texts = texts[:len(texts)-1]
	}
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	if len(texts) != len(lines) || len(texts) < 40 {
		t.Fatalf("%d texts, %d lines of ids", len(texts), len(lines))
	}
	for i, text := range texts {
		want := readIDs(t, lines[i])
		if got := tok.Encode(text, token.Options{}); !slices.Equal(got, want) {
			t.Errorf("%q\n got %v\nwant %v", text, got, want)
		}
		if got := tok.Decode(want, token.DecodeOptions{}); got != text {
			t.Errorf("decoding gives %q, want %q", got, text)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("vectors are missing: %v", err)
	}
	return string(b)
}

func readIDs(t *testing.T, line string) []int32 {
	t.Helper()
	var ids []int32
	for _, f := range strings.Fields(line) {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, int32(n))
	}
	return ids
}

// TestVectors compares with the ids that the vocabulary's own library gave,
// with BOS, and with control tokens read as such.
func TestVectors(t *testing.T) {
	data := sharedData(t)
	var vectors map[string]map[string][]struct {
		Text string
		IDs  []int32
	}
	if err := json.Unmarshal([]byte(readFile(t, filepath.Join(data, "tokenizer_vectors.json"))), &vectors); err != nil {
		t.Fatal(err)
	}
	llama := readConfig(t, filepath.Join(data, "vocab", "ggml-vocab-llama-spm.gguf"))
	configs := map[string]token.Config{"llama-spm": llama, "llama-spm+chatml": withChatML(llama)}
	for name, modes := range vectors {
		for mode, list := range modes {
			t.Run(fmt.Sprint(name, "/", mode), func(t *testing.T) {
				tok := newTokenizer(t, configs[name])
				o := token.Options{BOS: true, Special: mode == "parse_special"}
				for _, v := range list {
					if got := tok.Encode(v.Text, o); !slices.Equal(got, v.IDs) {
						t.Errorf("%q\n got %v\nwant %v", v.Text, got, v.IDs)
					}
				}
			})
		}
	}
}

// withChatML adds the two tokens of ChatML as fine-tunes of Mistral do.
func withChatML(c token.Config) token.Config {
	c.Tokens = append(slices.Clone(c.Tokens), "<|im_end|>", "<|im_start|>")
	c.Scores = append(slices.Clone(c.Scores), -1000, -1000)
	c.Types = append(slices.Clone(c.Types), 3, 3)
	return c
}
