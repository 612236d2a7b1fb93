package quant

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLayouts compares the table with the sizes GGUF's specification gives: bits
// per weight, which files' sizes follow from.
func TestLayouts(t *testing.T) {
	bits := map[Type]float64{
		F32: 32, F16: 16, BF16: 16, F64: 64, I8: 8, I16: 16, I32: 32, I64: 64,
		Q4_0: 4.5, Q4_1: 5, Q5_0: 5.5, Q5_1: 6, Q8_0: 8.5, Q8_1: 9, Q8_K: 9.125,
		Q2_K: 2.625, Q3_K: 3.4375, Q4_K: 4.5, Q5_K: 5.5, Q6_K: 6.5625,
		IQ1_S: 1.5625, IQ1_M: 1.75, IQ2_XXS: 2.0625, IQ2_XS: 2.3125, IQ2_S: 2.5625,
		IQ3_XXS: 3.0625, IQ3_S: 3.4375, IQ4_NL: 4.5, IQ4_XS: 4.25,
		TQ1_0: 1.6875, TQ2_0: 2.0625, MXFP4: 4.25, NVFP4: 4.5, Q1_0: 1.125, Q2_0: 2.25,
	}
	for id := range Type(100) {
		want, known := bits[id]
		if id.Known() != known {
			t.Errorf("%v: Known() = %v", id, id.Known())
		}
		if got := float64(id.BlockBytes()) * 8 / float64(max(1, id.BlockElems())); got != want {
			t.Errorf("%v takes %v bits per weight, want %v", id, got, want)
		}
	}
	if Type(math.MaxUint32).Known() {
		t.Error("the last id is known")
	}
	if got := Q4_K.RowBytes(4096); got != 2304 {
		t.Errorf("a row of 4096 weights in Q4_K takes %d bytes, want 2304", got)
	}
}

// TestGrids proves the committed codebooks unchanged.
func TestGrids(t *testing.T) {
	for name, want := range map[string]string{
		"iq2_xxs": "db0f418409a42bb124d0ed8665756637d60586d380923817d59614c40dffac52",
		"iq2_xs":  "38da8249db0d31127fc0f8c151f5c284487e026ef2d7779b2e0ae2f9fe2a42c5",
		"iq2_s":   "282009308611a1d3d997251fac53c15399b49c61a1ab33e507bb1646553e6d91",
		"iq1":     "03112c530e46c48a720f0fd799dacf8f218f5a0b59d0c5292f8f10212905cb70",
		"iq3_xxs": "c0cecf70b51e98c79014e4acf66a09cba0b7b71ca046fa0f02a9682477388f41",
		"iq3_s":   "0a593afacbc6a9f16a456123e6477063f0d0a124874b0efd58465bf07c107d50",
	} {
		text, err := gridFiles.ReadFile("grids/" + name + ".hex")
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256([]byte(strings.Join(strings.Fields(string(text)), "")))
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s: the sum of its codes is %s, want %s", name, got, want)
		}
	}
}

func TestDequantizePanicsOnMisuse(t *testing.T) {
	for name, misuse := range map[string]func(){
		"not weights":   func() { Dequantize(I32, make([]float32, 1), make([]byte, 4)) },
		"unknown type":  func() { Dequantize(4, nil, nil) },
		"half a block":  func() { Dequantize(Q4_0, make([]float32, 16), make([]byte, 9)) },
		"short source":  func() { Dequantize(Q4_0, make([]float32, 64), make([]byte, 18)) },
		"long source":   func() { Dequantize(Q4_0, make([]float32, 32), make([]byte, 36)) },
		"encode, short": func() { _ = Quantize(Q4_0, make([]byte, 17), make([]float32, 32)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			misuse()
		})
	}
}

// TestRoundTrip encodes and decodes, and bounds the error by what the format's
// steps allow.
func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	x := make([]float32, 32*256)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	clear(x[64:96]) // a block of zeros stays one
	for typ, steps := range map[Type]float64{F16: 2048, BF16: 256, Q8_0: 225, Q4_0: 8} {
		b, y := make([]byte, typ.RowBytes(len(x))), make([]float32, len(x))
		if err := Quantize(typ, b, x); err != nil {
			t.Fatal(err)
		}
		Dequantize(typ, y, b)
		for k := 0; k < len(x); k += 32 {
			bound := math.Abs(float64(extreme(x[k:k+32]))) / steps * 1.01
			for i := k; i < k+32; i++ {
				if diff := math.Abs(float64(x[i] - y[i])); diff > bound {
					t.Fatalf("%v: %v becomes %v, more than %v away", typ, x[i], y[i], bound)
				}
			}
		}
	}
}

func TestQuantizeErrors(t *testing.T) {
	row := func(v float64) []float32 {
		x := make([]float32, 256)
		x[1], x[7] = 1, float32(v)
		return x
	}
	for _, c := range []struct {
		typ  Type
		x    []float32
		want string
	}{
		{IQ1_S, row(0), "without an importance matrix"},
		{I32, row(0), "cannot quantize to I32: it has no encoder"},
		{Type(4), row(0), "cannot quantize to type 4"},
		{Q8_0, row(math.NaN()), "cannot quantize to Q8_0: a weight is infinite or not a number"},
		{IQ2_XS, row(0), "without an importance matrix"},
		{Q4_0, row(math.NaN()), "not a number"},
		{Q4_K, row(math.NaN()), "not a number"},
		{Q3_K, row(math.Inf(1)), "infinite"},
		{Q6_K, row(1e20), "beyond the 65504"},
		{Q2_K, row(1e8), "beyond the 65504"},
		{Q4_0, row(math.Inf(-1)), "infinite"},
		{Q4_0, row(1e6), "beyond the 65504"},
		{Q8_0, row(-1e7), "beyond the 65504"},
	} {
		err := Quantize(c.typ, make([]byte, max(0, c.typ.BlockBytes()*256/max(1, c.typ.BlockElems()))), c.x)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: the error is %v, want %q in it", c.typ, err, c.want)
		}
	}
}

// BenchmarkDequantize decodes a row of 4096 weights; the bytes are those of the blocks.
func BenchmarkDequantize(b *testing.B) {
	const row = 4096
	random := rand.New(rand.NewPCG(7, 8))
	dst := make([]float32, row)
	for i := range layouts {
		typ := Type(i)
		if !Decodable(typ) {
			continue
		}
		b.Run(typ.String(), func(b *testing.B) {
			src := make([]byte, typ.RowBytes(row))
			for i := range src {
				src[i] = byte(random.Uint32()) &^ 0x40 // no infinite scales
			}
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				Dequantize(typ, dst, src)
			}
			reportWeights(b, row)
		})
	}
}

func BenchmarkQuantize(b *testing.B) {
	const row = 4096
	random := rand.New(rand.NewPCG(9, 10))
	src := make([]float32, row)
	for i := range src {
		src[i] = float32(random.NormFloat64())
	}
	importance := make([]float32, row)
	for i := range importance {
		importance[i] = random.Float32() + 0.1
	}
	for i := range layouts {
		typ := Type(i)
		if !Encodable(typ) {
			continue
		}
		b.Run(typ.String(), func(b *testing.B) {
			dst := make([]byte, typ.RowBytes(row))
			if NeedsImportance(typ) {
				b.Skip("only with importance")
			}
			_ = Quantize(typ, dst, src) // unpacks codebooks
			for b.Loop() {
				if err := Quantize(typ, dst, src); err != nil {
					b.Fatal(err)
				}
			}
			reportWeights(b, row)
		})
		b.Run(typ.String()+"/weighted", func(b *testing.B) {
			dst := make([]byte, typ.RowBytes(row))
			_ = QuantizeWeighted(typ, dst, src, importance) // unpacks codebooks
			for b.Loop() {
				if err := QuantizeWeighted(typ, dst, src, importance); err != nil {
					b.Fatal(err)
				}
			}
			reportWeights(b, row)
		})
	}
}

func reportWeights(b *testing.B, row int) {
	b.ReportMetric(float64(b.N)*float64(row)/1e6/b.Elapsed().Seconds(), "Mweights/s")
}
