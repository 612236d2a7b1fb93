package quant

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// vectorTypes are the types the vectors must cover: all that are blocks of
// quantized weights.
var vectorTypes = []Type{
	Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K,
	IQ1_S, IQ1_M, IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ4_NL, IQ4_XS,
	TQ1_0, TQ2_0, MXFP4, NVFP4, Q1_0, Q2_0,
}

// TestVectors decodes blocks of random bytes and compares bit for bit with what
// ggml decodes from them. Two blocks of each type are in testdata.
func TestVectors(t *testing.T) { testVectors(t, filepath.Join("testdata", "decode_vectors.txt")) }

// TestAllVectors does the same with the full set, five blocks of each type.
func TestAllVectors(t *testing.T) { testVectors(t, shared(t, "data/quant_decode_vectors.txt")) }

func testVectors(t *testing.T, path string) {
	seen := map[Type]int{}
	for _, fields := range vectorLines(t, path) {
		typ := typeNamed(t, fields[0])
		src, err := hex.DecodeString(fields[1])
		if err != nil {
			t.Fatal(err)
		}
		dst := make([]float32, typ.BlockElems())
		if len(fields)-2 != len(dst) || len(src) != typ.BlockBytes() {
			t.Fatalf("%v: the line has %d bytes and %d weights", typ, len(src), len(fields)-2)
		}
		Dequantize(typ, dst, src)
		for i, field := range fields[2:] {
			want, err := strconv.ParseFloat(field, 32)
			if err != nil {
				t.Fatal(err)
			}
			if math.Float32bits(dst[i]) != math.Float32bits(float32(want)) {
				t.Errorf("%v: weight %d of block %d is %v, want %v", typ, i, seen[typ], dst[i], want)
				break
			}
		}
		seen[typ]++
	}
	for _, typ := range vectorTypes {
		if seen[typ] < 2 {
			t.Errorf("%s has %d blocks of %v, want at least 2", path, seen[typ], typ)
		}
	}
}

// TestEncodeVectors compares Quantize and QuantizeWeighted with the bytes of
// ggml's encoders. Of each type the blocks of the first 256 weights are in testdata.
func TestEncodeVectors(t *testing.T) {
	testEncodeVectors(t, filepath.Join("testdata", "encode_vectors.txt"))
}

// TestAllEncodeVectors does the same with the full set.
func TestAllEncodeVectors(t *testing.T) {
	testEncodeVectors(t, shared(t, "data/quant_encode_vectors.txt"))
}

func testEncodeVectors(t *testing.T, path string) {
	var row, importance []float32
	seen := map[Type]bool{}
	for _, fields := range vectorLines(t, path) {
		switch fields[0] {
		case "x":
			row = bigEndianFloats(t, fields[1])
			continue
		case "qw":
			importance = bigEndianFloats(t, fields[1])
			continue
		}
		typ := typeNamed(t, fields[0])
		if !Encodable(typ) {
			continue
		}
		dst, err := make([]byte, typ.RowBytes(len(row))), error(nil)
		if fields[1] == "1" {
			err = QuantizeWeighted(typ, dst, row, importance)
		} else {
			err = Quantize(typ, dst, row)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(dst); got != fields[2] {
			t.Errorf("%v, importance %s:\n got %s\nwant %s", typ, fields[1], got, fields[2])
		}
		seen[typ] = true
	}
	for _, typ := range vectorTypes {
		if Encodable(typ) && !seen[typ] {
			t.Errorf("%s has no line for %v", path, typ)
		}
	}
}

func bigEndianFloats(t *testing.T, text string) []float32 {
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.BigEndian.Uint32(b[4*i:]))
	}
	return x
}

func vectorLines(t *testing.T, path string) (lines [][]string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines = append(lines, strings.Fields(scanner.Text()))
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// typeNamed finds a type by ggml's spelling, which mixes cases ("q4_K").
func typeNamed(t *testing.T, name string) Type {
	for i, l := range layouts {
		if l.name != "" && strings.EqualFold(l.name, name) {
			return Type(i)
		}
	}
	t.Fatalf("no type is called %q", name)
	return 0
}

// shared is the path of a reference file, which lies beside the repository and
// not in it.
func shared(t *testing.T, name string) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(filepath.Dir(dir), "shared", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: %s is missing: the reference data is not beside this checkout", path)
	}
	return path
}
