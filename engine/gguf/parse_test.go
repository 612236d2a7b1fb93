package gguf

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"beyonder/engine/quant"
)

const f32 = uint32(quant.F32)

// TestRefusals has a file for each check of the parser, and the sentence it is
// refused with.
func TestRefusals(t *testing.T) {
	long := strings.Repeat("k", maxKeyBytes+1)
	for _, c := range []struct {
		name string
		file *raw
		want []string
	}{
		// What kind of file it is.
		{"empty", &raw{}, []string{"x.gguf has 0 bytes"}},
		{"two bytes", &raw{b: []byte("GG")}, []string{"x.gguf has 2 bytes"}},
		{"other magic", &raw{b: []byte("RIFF....")}, []string{"not a GGUF file", `"RIFF"`, "choose a .gguf"}},
		{"web page", &raw{b: []byte("<!DOCTYPE html><html>")}, []string{"web page", "download it again"}},
		{"LFS pointer", &raw{b: []byte("version https://git-lfs.github.com/spec/v1\n")}, []string{"Git LFS", "git lfs pull"}},
		{"zip", &raw{b: []byte("PK\x03\x04....")}, []string{"zip archive"}},
		{"safetensors", (&raw{}).u64(900).u8([]byte(`{"__meta`)...), []string{"safetensors"}},
		{"ggjt", (&raw{}).u32(0x67676a74).u32(3), []string{"GGML, the format before"}},
		{"zeros", (&raw{}).zeros(4096), []string{"zeros", "has not finished"}},
		{"version 0", file(0, 0, 0), []string{"version 0"}},
		{"version 4", file(4, 0, 0), []string{"version 4 of GGUF", "newer Beyonder"}},
		{"big-endian", (&raw{}).u8('G', 'G', 'U', 'F', 0, 0, 0, 3).zeros(40), []string{"big-endian", "little-endian"}},
		{"big-endian magic", &raw{b: []byte("FUGG\x00\x00\x00\x03")}, []string{"big-endian"}},

		// Counts, before anything is allocated for them.
		{"header cut", &raw{b: []byte("GGUF\x03\x00\x00\x00\x01")}, []string{"cut short", "its header", "ends at 9"}},
		{"2⁶⁴−1 tensors", file(3, math.MaxUint64, 0), []string{"18446744073709551615 tensors", "24 bytes"}},
		{"2⁶¹ tensors, whose size wraps", file(3, 1<<61, 0).zeros(400), []string{"tensors, more than"}},
		{"2⁶⁴−1 keys", file(3, 0, math.MaxUint64), []string{"18446744073709551615 keys"}},
		{"3 keys in 41 bytes", file(3, 0, 3).zeros(41), []string{"3 keys"}},
		{"2³²−1 tensors in v1", file(1, math.MaxUint32, 0), []string{"4294967295 tensors"}},
		{"more keys than any model has", file(3, 0, maxKeys+1).zeros(2 << 20), []string{"65537 keys"}},

		// Strings and arrays.
		{"key of 2⁶⁴−1 bytes", file(3, 0, 1).u64(math.MaxUint64).zeros(40), []string{"damaged", "key number 1", "18446744073709551615 bytes"}},
		{"key too long", file(3, 0, 1).str(long, "v"), []string{"65536 bytes"}},
		{"string of 2⁶³ bytes", file(3, 0, 1).key("a.b").kind(kindString).u64(1 << 63), []string{`key "a.b"`, "9223372036854775808 bytes"}},
		{"string cut", file(3, 0, 1).key("a.b").kind(kindString).u64(20).zeros(19), []string{"cut short", `key "a.b" needs 20 bytes at 47, the file ends at 66`}},
		{"number cut", file(3, 0, 1).key("a.b").kind(kindUint64).zeros(7), []string{"cut short", `key "a.b" needs 8 bytes`}},
		{"unknown value type", file(3, 0, 1).key("a.b").kind(13).zeros(8), []string{`key "a.b"`, "type 13"}},
		{"array of arrays", file(3, 0, 1).key("a.b").kind(kindArray).kind(kindArray).u64(1).zeros(16), []string{`key "a.b"`, "array of type 9"}},
		{"array of unknown type", file(3, 0, 1).key("a.b").kind(kindArray).kind(77).u64(1).zeros(16), []string{"array of type 77"}},
		{"array of 2⁶¹ int64", file(3, 0, 1).key("a.b").kind(kindArray).kind(kindInt64).u64(1 << 61).zeros(16), []string{`key "a.b" claims 2305843009213693952 elements`}},
		{"array of 3 strings in 16 bytes", file(3, 0, 1).key("a.b").kind(kindArray).kind(kindString).u64(3).zeros(16), []string{"claims 3 elements"}},
		{"string in array cut", file(3, 0, 1).key("a.b").kind(kindArray).kind(kindString).u64(1).u64(9).zeros(8), []string{"cut short", `key "a.b"`}},
		{"bool of 2", file(3, 0, 1).key("a.b").kind(kindBool).u8(2), []string{`key "a.b" has a bool that is 2`}},
		{"array with a bool of 255", file(3, 0, 1).key("a.b").kind(kindArray).kind(kindBool).u64(3).u8(0, 1, 255), []string{"bool that is 255"}},

		// Names.
		{"key without a name", file(3, 0, 1).str("", "v"), []string{"key number 1 has no name"}},
		{"key that is no text", file(3, 0, 1).str("a\xff", "v"), []string{"not text"}},
		{"key twice", file(3, 0, 2).str("a.b", "v").str("a.b", "w"), []string{`key "a.b" is there twice`}},
		{"tensor without a name", file(3, 1, 0).tensor("", f32, 0, 8).align(32).zeros(32), []string{"tensor number 1 has no name"}},
		{"tensor whose name is no text", file(3, 1, 0).tensor("\xc3\x28", f32, 0, 8).align(32).zeros(32), []string{"not text"}},
		{"tensor name of 64 bytes", file(3, 1, 0).tensor(long[:64], f32, 0, 8).align(32).zeros(32), []string{"tensor number 1", "64 bytes, at most 63"}},
		{"tensor twice", file(3, 2, 0).tensor("t", f32, 0, 8).tensor("t", f32, 32, 8).align(32).zeros(64), []string{`tensor "t" is there twice`}},

		// Alignment.
		{"alignment 0", file(3, 0, 1).key(alignmentKey).kind(kindUint32).u32(0), []string{"general.alignment", "is 0"}},
		{"alignment 48", file(3, 0, 1).key(alignmentKey).kind(kindUint32).u32(48), []string{"is 48, not a power of two"}},
		{"alignment 4", file(3, 0, 1).key(alignmentKey).kind(kindUint32).u32(4), []string{"is 4"}},
		{"alignment 2 MiB", file(3, 0, 1).key(alignmentKey).kind(kindUint32).u32(2 << 20), []string{"is 2097152"}},
		{"alignment as a string", file(3, 0, 1).str(alignmentKey, "32"), []string{"holds a string, not a uint32"}},

		// Shapes and types.
		{"no dimensions", file(3, 1, 0).tensor("t", f32, 0).align(32).zeros(32), []string{`tensor "t" has 0 dimensions`}},
		{"5 dimensions", file(3, 1, 0).tensor("t", f32, 0, 1, 1, 1, 1, 1).align(32).zeros(32), []string{"has 5 dimensions"}},
		{"2³²−1 dimensions", file(3, 1, 0).text("t").u32(math.MaxUint32).zeros(99), []string{"4294967295 dimensions"}},
		{"a dimension of 0", file(3, 1, 0).tensor("t", f32, 0, 8, 0).align(32).zeros(32), []string{`dimension 1 of tensor "t" is 0`}},
		{"2⁶⁴−1 weights", file(3, 1, 0).tensor("t", f32, 0, math.MaxUint64).align(32).zeros(32), []string{`tensor "t" is too large`}},
		{"weights that wrap to 0", file(3, 1, 0).tensor("t", f32, 0, 1<<32, 1<<32).align(32).zeros(32), []string{"too large to be true"}},
		{"weights that wrap to few", file(3, 1, 0).tensor("t", f32, 0, 1<<63-1, 2, 1<<63-1, 2).align(32).zeros(32), []string{"too large to be true"}},
		{"bytes that wrap", file(3, 1, 0).tensor("t", f32, 0, 1<<62).align(32).zeros(32), []string{"too large to be true"}},
		{"offset that wraps", file(3, 1, 0).tensor("t", f32, math.MaxUint64-31, 8).align(32).zeros(32), []string{"too large to be true"}},
		{"removed type", file(3, 1, 0).tensor("t", 31, 0, 32).align(32).zeros(32), []string{`x.gguf: tensor "t"`, "type 31", "removed"}},
		{"removed type 4", file(3, 1, 0).tensor("t", 4, 0, 32).align(32).zeros(32), []string{"type 4", "removed"}},
		{"type of another program", file(3, 1, 0).tensor("t", 137, 0, 256).align(32).zeros(32), []string{"type 137", "does not know"}},
		{"half a block", file(3, 1, 0).tensor("t", uint32(quant.Q4_K), 0, 128, 2).align(32).zeros(144), []string{`rows of tensor "t" have 128 weights`, "256 in a block of Q4_K"}},

		// Where the data lies.
		{"offset off the alignment", file(3, 1, 0).tensor("t", f32, 8, 8).align(32).zeros(64), []string{`tensor "t" begins at offset 8, not a multiple of 32`}},
		{"data cut", file(3, 1, 0).tensor("t", f32, 0, 8).align(32).zeros(31), []string{`x.gguf is cut short: tensor "t" needs bytes 64–95, the file has 95; download it again`}},
		{"no data", file(3, 1, 0).tensor("t", f32, 0, 8), []string{"cut short", `tensor "t" needs bytes 64–95`}},
		{"second tensor cut", file(3, 2, 0).tensor("t", f32, 0, 8).tensor("u", f32, 32, 8).align(32).zeros(32), []string{"cut short", `tensor "u"`}},
		{"overlap", file(3, 2, 0).tensor("t", f32, 0, 9).tensor("u", f32, 32, 8).align(32).zeros(96), []string{`tensors "t" and "u" overlap`}},
		{"same bytes", file(3, 2, 0).tensor("t", f32, 0, 8).tensor("u", f32, 0, 8).align(32).zeros(96), []string{"overlap"}},
		{"table cut", file(3, 1, 0).text("tensor").u32(1).u64(9).u32(0).zeros(7), []string{"cut short", `tensor "tensor"`}},

		// Arrays that are indexed by each other's indexes.
		{"fewer scores than tokens", vocabulary(3, 2, 3), []string{`key "tokenizer.ggml.scores" has 2 elements for 3 tokens`}},
		{"more types than tokens", vocabulary(3, 3, 4), []string{`key "tokenizer.ggml.token_type" has 4 elements`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.file.parse()
			wantError(t, err, c.want...)
			wantError(t, err, "x.gguf")
		})
	}
}

// vocabulary is a file with so many tokens, scores and token types.
func vocabulary(tokens, scores, types int) *raw {
	r := file(3, 0, 3)
	r.key("tokenizer.ggml.tokens").kind(kindArray).kind(kindString).u64(uint64(tokens))
	for range tokens {
		r.text("t")
	}
	r.key("tokenizer.ggml.scores").kind(kindArray).kind(kindFloat32).u64(uint64(scores)).zeros(4 * scores)
	return r.key("tokenizer.ggml.token_type").kind(kindArray).kind(kindInt32).u64(uint64(types)).zeros(4 * types)
}

// TestAccepted has the odd files that are right.
func TestAccepted(t *testing.T) {
	for name, r := range map[string]*raw{
		"nothing in it":            file(3, 0, 0),
		"nothing in it, v1":        file(1, 0, 0),
		"no final padding":         file(3, 1, 0).tensor("t", f32, 0, 1).align(32).zeros(4),
		"tensors in another order": file(3, 2, 0).tensor("t", f32, 32, 8).tensor("u", f32, 0, 8).align(32).zeros(64),
		"a gap":                    file(3, 2, 0).tensor("t", f32, 0, 8).tensor("u", f32, 96, 8).align(32).zeros(128),
		"alignment 8":              file(3, 1, 1).key(alignmentKey).kind(kindUint32).u32(8).tensor("t", f32, 8, 2).align(8).zeros(16),
		"alignment 1 MiB":          file(3, 1, 1).key(alignmentKey).kind(kindUint32).u32(1<<20).tensor("t", f32, 0, 8).align(1 << 20).zeros(32),
		"4 dimensions":             file(3, 1, 0).tensor("t", f32, 0, 2, 2, 2, 2).align(32).zeros(64),
		"empty arrays":             file(3, 0, 1).key("a").kind(kindArray).kind(kindString).u64(0),
		"a name of 63 bytes":       file(3, 1, 0).tensor(strings.Repeat("n", 63), f32, 0, 8).align(32).zeros(32),
		"text that is not UTF-8":   file(3, 0, 1).str("a", "\xff\xfe"),
		"a vocabulary":             vocabulary(3, 3, 3),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := r.parse(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestEveryCut cuts a good file at every length: each cut is refused with a
// sentence, and none is taken for a whole file.
func TestEveryCut(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, everyKind(), everyType(t)); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	last := len(whole)
	for ; last > 0 && whole[last-1] == 0; last-- { // what may be the final padding
	}
	for n := range last {
		_, err := parse(bytes.NewReader(whole[:n]), int64(n), "x.gguf")
		wantError(t, err, "x.gguf")
	}
	if _, err := parse(bytes.NewReader(whole), int64(len(whole)), "x.gguf"); err != nil {
		t.Error(err)
	}
}

// TestShrinksWhileRead has a file that is shorter than its size said.
func TestShrinksWhileRead(t *testing.T) {
	whole := vocabulary(9, 9, 9).b
	_, err := parse(bytes.NewReader(whole[:60]), int64(len(whole)), "x.gguf")
	wantError(t, err, "x.gguf became shorter")
}
