package token_test

import (
	"path/filepath"
	"strings"
	"testing"

	"beyonder/engine/token"
)

// prompt is 100 kB of text with few repeated words, in several scripts.
func prompt() string {
	var b strings.Builder
	words := strings.Fields("The quick brown fox jumps over the lazy dog; def f(x): return x**2 // naïve café Привет, мир 日本語のテキスト 12345 antidisestablishmentarianism <html> \"quoted\" isn't")
	for i := 0; b.Len() < 100_000; i++ {
		w := words[i*7%len(words)]
		b.WriteString(w[:len(w)/2] + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + w[len(w)/2:])
		b.WriteString(" \n"[i%17/16 : i%17/16+1])
	}
	return b.String()
}

var vocabularies = []string{"llama-spm", "gpt-2", "deepseek-llm", "falcon"}

func BenchmarkEncode(b *testing.B) {
	text := prompt()
	for _, name := range vocabularies {
		tok := openVocabulary(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				tok.Encode(text, token.Options{Special: true, BOS: true})
			}
		})
	}
}

// BenchmarkEncodeFirst has nothing in the cache of words.
func BenchmarkEncodeFirst(b *testing.B) {
	text := prompt()
	for _, name := range vocabularies {
		c := readConfig(b, filepath.Join(sharedData(b), "vocab", "ggml-vocab-"+name+".gguf"))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				b.StopTimer()
				tok, err := token.New(c)
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				tok.Encode(text, token.Options{Special: true, BOS: true})
			}
		})
	}
}

// BenchmarkEncodeOneWord is the worst case, a text without a place to cut.
func BenchmarkEncodeOneWord(b *testing.B) {
	text := strings.Repeat("abcdefghijklmnop", 100_000/16)
	for _, name := range vocabularies {
		tok := openVocabulary(b, name)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				tok.Encode(text, token.Options{})
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for _, name := range vocabularies {
		c := readConfig(b, filepath.Join(sharedData(b), "vocab", "ggml-vocab-"+name+".gguf"))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := token.New(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range vocabularies {
		tok := openVocabulary(b, name)
		ids := tok.Encode(prompt(), token.Options{})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tok.Decode(ids, token.DecodeOptions{})
			}
			b.ReportMetric(float64(len(ids)), "tokens")
		})
	}
}
