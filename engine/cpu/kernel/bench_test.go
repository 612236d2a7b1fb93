package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"beyonder/engine/quant"
)

// Sizes of a 7B model's feed-forward matrix.
const (
	benchDeep = 4096
	benchRows = 14336
)

func eachTierBench(b *testing.B, bench func(b *testing.B, k *Kernels)) {
	for _, name := range Tiers() {
		k, _ := Tier(name)
		b.Run(name, func(b *testing.B) { bench(b, k) })
	}
}

// BenchmarkGemv reads a matrix that is larger than the caches: GB/s of weights.
func BenchmarkGemv(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range intTypes() {
		w, out := repeat(weights(r, typ, 64, benchDeep), benchRows/64), make([]float32, benchRows)
		b.Run(typ.String(), func(b *testing.B) {
			eachTierBench(b, func(b *testing.B, k *Kernels) {
				var x Q8
				k.QuantizeQ8(&x, activations(r, benchDeep))
				b.SetBytes(int64(len(w)))
				for b.Loop() {
					k.Gemv(typ, out, w, &x)
				}
			})
		})
	}
}

func BenchmarkGemvF32(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range []quant.Type{quant.F32, quant.F16, quant.BF16, quant.Q4_K} {
		w, out := repeat(weights(r, typ, 64, benchDeep), benchRows/128), make([]float32, benchRows/2)
		b.Run(typ.String(), func(b *testing.B) {
			eachTierBench(b, func(b *testing.B, k *Kernels) {
				var s Scratch
				x := activations(r, benchDeep)
				b.SetBytes(int64(len(w)))
				for b.Loop() {
					k.GemvF32(typ, out, w, x, &s)
				}
			})
		})
	}
}

func repeat(w []byte, times int) []byte {
	all := make([]byte, 0, len(w)*times)
	for range times {
		all = append(all, w...)
	}
	return all
}

// BenchmarkGemm multiplies 256 rows of weights with 512 columns, as in a prompt.
func BenchmarkGemm(b *testing.B) {
	const rows, cols = 256, 512
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range intTypes() {
		w, out := weights(r, typ, rows, benchDeep), make([]float32, rows*cols)
		b.Run(typ.String(), func(b *testing.B) {
			eachTierBench(b, func(b *testing.B, k *Kernels) {
				tiles, s := benchTiles(k, r, cols), new(Scratch)
				for b.Loop() {
					k.Gemm(typ, out, rows, w, rows, tiles, s)
				}
				b.ReportMetric(2*rows*benchDeep*cols*float64(b.N)/b.Elapsed().Seconds()/1e9, "GOPS")
			})
		})
	}
}

func benchTiles(k *Kernels, r *rand.Rand, cols int) []Tile {
	tiles := make([]Tile, cols/tileCols)
	for i := range tiles {
		qs := make([]Q8, tileCols)
		for c := range qs {
			k.QuantizeQ8(&qs[c], activations(r, benchDeep))
		}
		k.Interleave(&tiles[i], pointers(qs))
	}
	return tiles
}

func BenchmarkGemmF32(b *testing.B) {
	const rows, cols = 256, 128
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range []quant.Type{quant.F32, quant.F16, quant.Q4_K} {
		w, out := weights(r, typ, rows, benchDeep), make([]float32, rows*cols)
		b.Run(typ.String(), func(b *testing.B) {
			eachTierBench(b, func(b *testing.B, k *Kernels) {
				tiles, s := make([]TileF32, cols/tileCols), new(Scratch)
				for i := range tiles {
					var xs [tileCols][]float32
					for c := range xs {
						xs[c] = activations(r, benchDeep)
					}
					k.InterleaveF32(&tiles[i], xs[:])
				}
				for b.Loop() {
					k.GemmF32(typ, out, rows, w, rows, tiles, s)
				}
				b.ReportMetric(2*rows*benchDeep*cols*float64(b.N)/b.Elapsed().Seconds()/1e9, "GOPS")
			})
		})
	}
}

// BenchmarkVector times the small steps on rows as they come in a model.
func BenchmarkVector(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	x, y, z := activations(r, benchDeep), activations(r, benchDeep), make([]float32, benchDeep)
	h, _ := toHalves(y)
	var q Q8
	steps := []struct {
		name string
		step func(k *Kernels)
	}{
		{"DotF16/128", func(k *Kernels) { k.DotF16(x[:128], h[:128]) }},
		{"AxpyF16/128", func(k *Kernels) { k.AxpyF16(z[:128], 1e-9, h[:128]) }},
		{"F16Row/128", func(k *Kernels) { k.F16Row(h[:128], y[:128]) }},
		{"DotF32/4096", func(k *Kernels) { k.DotF32(x, y) }},
		{"AxpyF32/4096", func(k *Kernels) { k.AxpyF32(z, 1e-9, y) }},
		{"Softmax/4096", func(k *Kernels) { k.Softmax(z) }},
		{"RMSNorm/4096", func(k *Kernels) { k.RMSNorm(z, x, y, 1e-5) }},
		{"SiLUMul/4096", func(k *Kernels) { k.SiLUMul(z, x, y) }},
		{"QuantizeQ8/4096", func(k *Kernels) { k.QuantizeQ8(&q, x) }},
	}
	for _, s := range steps {
		b.Run(s.name, func(b *testing.B) {
			eachTierBench(b, func(b *testing.B, k *Kernels) {
				for b.Loop() {
					s.step(k)
				}
			})
		})
	}
}

// BenchmarkPack times the decoding and interleaving of 16 rows, as many tiles of
// eight columns cost so much.
func BenchmarkPack(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range intTypes() {
		w := weights(r, typ, panelRows, benchDeep)
		b.Run(typ.String(), func(b *testing.B) {
			eachTierBench(b, func(b *testing.B, k *Kernels) {
				f, s := k.ints[typ], new(Scratch)
				p := s.panel(0, f.run)
				for b.Loop() {
					k.pack(&f, p, &s.stage, w, typ.RowBytes(benchDeep), panelRows, benchDeep)
				}
			})
		})
	}
}

// BenchmarkMicro times a micro-kernel by how deep it goes: at 256 all it reads lies
// in the first cache.
func BenchmarkMicro(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range []quant.Type{quant.Q4_0, quant.Q4_K, quant.Q6_K} {
		w := weights(r, typ, 2*panelRows, benchDeep)
		for _, deep := range []int{256, 1024, benchDeep} {
			b.Run(fmt.Sprint(typ, "/", deep), func(b *testing.B) {
				eachTierBench(b, func(b *testing.B, k *Kernels) {
					f, s, tiles := k.ints[typ], new(Scratch), benchTiles(k, r, tileCols)
					for i := range 2 {
						at := w[i*panelRows*typ.RowBytes(benchDeep):]
						k.pack(&f, s.panel(i, f.run), &s.stage, at, typ.RowBytes(benchDeep), panelRows, benchDeep)
					}
					out := make([]float32, mostRows*tileCols)
					for b.Loop() {
						for range benchDeep / deep {
							f.micro(out, mostRows, &s.panels[0], &tiles[0], 0, deep, false, s)
						}
					}
					b.ReportMetric(2*float64(f.rows)*benchDeep*tileCols*float64(b.N)/b.Elapsed().Seconds()/1e9, "GOPS")
				})
			})
		}
	}
}

// BenchmarkShort multiplies weights that lie in the third cache with the columns of a
// short prompt.
func BenchmarkShort(b *testing.B) {
	const rows = 2048
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range []quant.Type{quant.Q4_0, quant.Q8_0, quant.Q4_K, quant.Q6_K} {
		w := repeat(weights(r, typ, 64, benchDeep), rows/64)
		for _, cols := range []int{8, 12, 16, 24, 32, 64} {
			b.Run(fmt.Sprint(typ, "/", cols), func(b *testing.B) {
				eachTierBench(b, func(b *testing.B, k *Kernels) {
					tiles, s, out := benchTiles(k, r, cols), new(Scratch), make([]float32, rows*cols)
					for b.Loop() {
						k.Gemm(typ, out, rows, w, rows, tiles, s)
					}
					b.ReportMetric(2*rows*benchDeep*float64(cols)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GOPS")
				})
			})
		}
	}
}

// BenchmarkGemm16 multiplies weights that lie in the third cache with columns of
// bfloat16.
func BenchmarkGemm16(b *testing.B) {
	const rows = 1024
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range []quant.Type{quant.Q4_0, quant.Q8_0, quant.Q4_K, quant.Q6_K} {
		w := repeat(weights(r, typ, 64, benchDeep), rows/64)
		for _, cols := range []int{8, 12, 16, 24, 32, 64, 128, 256, 512} {
			b.Run(fmt.Sprint(typ, "/", cols), func(b *testing.B) {
				eachTierBench(b, func(b *testing.B, k *Kernels) {
					if k.sixteen == nil {
						b.Skip("this tier has no products of bfloat16")
					}
					var x Rows16
					x.Resize(cols, benchDeep)
					for c := range cols {
						k.Set16(&x, c, activations(r, benchDeep))
					}
					s, out := new(Scratch), make([]float32, rows*cols)
					for b.Loop() {
						k.Gemm16(typ, out, rows, w, rows, &x, s)
					}
					b.ReportMetric(2*rows*benchDeep*float64(cols)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GOPS")
				})
			})
		}
	}
}

// BenchmarkWiden times the decoding of 16 rows to bfloat16.
func BenchmarkWiden(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, typ := range intTypes() {
		w := weights(r, typ, panelRows, benchDeep)
		b.Run(typ.String(), func(b *testing.B) {
			eachTierBench(b, func(b *testing.B, k *Kernels) {
				if k.sixteen == nil {
					b.Skip("this tier has no products of bfloat16")
				}
				f, s := k.ints[typ], new(Scratch)
				s.need16(1, 1)
				for b.Loop() {
					for at := 0; at < benchDeep; at += pack16 {
						k.panel16(&f, s, 0, w[at/f.elems*f.bytes:], typ.RowBytes(benchDeep), panelRows, pack16)
					}
				}
			})
		})
	}
}
