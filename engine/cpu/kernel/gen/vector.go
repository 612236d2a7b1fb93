package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// width is the size of the vectors that a kernel works with. The kernels of this
// file are the same for both; their counts are multiples of its lanes, what is
// left over is done in Go.
type width struct {
	*hoister
	suffix string
	lanes  int // float32 in a vector
	shift  int // log2 of lanes
	vec    func() reg.VecVirtual
}

func vector512() { vectors(width{&hoister{move: VMOVDQU64}, "x512", 16, 4, ZMM}) }
func vector256() { vectors(width{&hoister{move: vexMove}, "x256", 8, 3, YMM}) }

func vectors(w width) {
	dot(w, "dotF32", "b *float32", 4, w.load)
	dot(w, "dotF16", "b *uint16", 2, w.loadF16)
	dot(w, "dotBF16", "b *uint16", 2, w.loadBF16)
	axpy(w, "axpyF32", "src *float32", 4, w.load)
	axpy(w, "axpyF16", "src *uint16", 2, w.loadF16)
	toF16(w)
	fromF16(w)
	maximum(w)
	square(w)
	scale(w)
	gain(w)
	expSum(w)
	siluMul(w)
	microF32(w)
	for _, cols := range []int{4, 8} {
		mix(w, fmt.Sprint("mixF32by", cols), "panel *float32", 4, cols, w.load)
		mix(w, fmt.Sprint("mixF16by", cols), "panel *uint16", 2, cols, w.loadF16)
	}
}

// k is a constant in a register, the same in every lane.
func (w width) k(v float32) reg.VecVirtual { return w.bits(lanesF32(v)) }

// m is the same, in memory where registers are scarce.
func (w width) m(v float32) Op {
	if w.lanes == 16 {
		return w.k(v)
	}
	return w.of(lanesF32(v))
}

func (w width) bits(b []byte) reg.VecVirtual {
	if w.lanes == 16 {
		return w.z(b)
	}
	return w.y(b)
}

func (w width) zero() reg.VecVirtual {
	v := w.vec()
	if w.lanes == 16 {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
	return v
}

func (w width) load(m Mem) reg.VecVirtual {
	v := w.vec()
	VMOVUPS(m, v)
	return v
}

func (w width) loadF16(m Mem) reg.VecVirtual {
	v := w.vec()
	VCVTPH2PS(m, v)
	return v
}

func (w width) loadBF16(m Mem) reg.VecVirtual {
	v := w.vec()
	VPMOVZXWD(m, v)
	VPSLLD(Imm(16), v, v)
	return v
}

// sum adds up the lanes.
func (w width) sum(v reg.VecVirtual) reg.VecVirtual {
	x, t := XMM(), XMM()
	if w.lanes == 16 {
		y := YMM()
		VEXTRACTF32X8(Imm(1), v, y)
		VADDPS(v.AsY(), y, y)
		VEXTRACTF32X4(Imm(1), y, x)
		v = y
	} else {
		VEXTRACTF128(Imm(1), v, x)
	}
	VADDPS(v.AsX(), x, x)
	VMOVHLPS(x, x, t)
	VADDPS(x, t, t)
	VMOVSHDUP(t, x)
	VADDSS(x, t, t)
	return t
}

// array is a parameter that a loop walks through, size bytes a number.
type array struct {
	p    reg.GPVirtual
	size int
}

// at is the i-th vector from where the loop stands.
func (a array) at(w width, i int) Mem { return at(a.p, i*w.lanes*a.size) }

// each emits body for all of n numbers, `unroll` vectors at a time and then one by one.
// body's argument is the number of the vector.
func (w width) each(n reg.GPVirtual, unroll int, body func(i int), arrays ...array) {
	advance := func(vectors int) {
		for _, a := range arrays {
			ADDQ(I32(int32(vectors*w.lanes*a.size)), a.p)
		}
	}
	SHRQ(Imm(uint64(w.shift)), n)
	Label("many")
	CMPQ(n, U32(uint32(unroll)))
	JL(LabelRef("rest"))
	for i := range unroll {
		body(i)
	}
	advance(unroll)
	SUBQ(U32(uint32(unroll)), n)
	JMP(LabelRef("many"))
	Label("rest")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	body(0)
	advance(1)
	DECQ(n)
	JMP(LabelRef("rest"))
	Label("done")
}

const unroll = 4

// accumulators emits as many zeros.
func (w width) accumulators() []reg.VecVirtual {
	sums := make([]reg.VecVirtual, unroll)
	for i := range sums {
		sums[i] = w.zero()
	}
	return sums
}

// giveBack returns the sum of all lanes of all accumulators.
func (w width) giveBack(sums []reg.VecVirtual) {
	VADDPS(sums[1], sums[0], sums[0])
	VADDPS(sums[3], sums[2], sums[2])
	VADDPS(sums[2], sums[0], sums[0])
	Store(w.sum(sums[0]), ReturnIndex(0))
}

func dot(w width, name, b string, size int, load func(Mem) reg.VecVirtual) {
	function(name+w.suffix, "func(a *float32, "+b+", n int) float32", name+w.suffix+" returns the sum of products.")
	w.begin()
	x, y, n := array{param("a"), 4}, array{param("b"), size}, param("n")
	sums := w.accumulators()
	w.each(n, unroll, func(i int) { VFMADD231PS(x.at(w, i), load(y.at(w, i)), sums[i]) }, x, y)
	w.giveBack(sums)
	w.end()
}

func axpy(w width, name, src string, size int, load func(Mem) reg.VecVirtual) {
	function(name+w.suffix, "func(dst *float32, w float32, "+src+", n int)", name+w.suffix+" adds w times src to dst.")
	w.begin()
	y, x, n := array{param("dst"), 4}, array{param("src"), size}, param("n")
	by := w.broadcast("w")
	w.each(n, unroll, func(i int) {
		sum := w.load(y.at(w, i))
		VFMADD231PS(load(x.at(w, i)), by, sum)
		VMOVUPS(sum, y.at(w, i))
	}, y, x)
	w.end()
}

// broadcast loads a float32 parameter into every lane.
func (w width) broadcast(name string) reg.VecVirtual {
	v := w.vec()
	m, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(m.Addr, v)
	return v
}

func toF16(w width) {
	function("toF16"+w.suffix, "func(dst *uint16, src *float32, n int)", "toF16"+w.suffix+" rounds to half precision.")
	w.begin()
	y, x, n := array{param("dst"), 2}, array{param("src"), 4}, param("n")
	w.each(n, unroll, func(i int) { VCVTPS2PH(Imm(0), w.load(x.at(w, i)), y.at(w, i)) }, y, x)
	w.end()
}

func fromF16(w width) {
	function("fromF16"+w.suffix, "func(dst *float32, src *uint16, n int)", "fromF16"+w.suffix+" widens half precision.")
	w.begin()
	y, x, n := array{param("dst"), 4}, array{param("src"), 2}, param("n")
	w.each(n, unroll, func(i int) { VMOVUPS(w.loadF16(x.at(w, i)), y.at(w, i)) }, y, x)
	w.end()
}

func maximum(w width) {
	function("maximum"+w.suffix, "func(x *float32, n int) float32", "maximum"+w.suffix+" returns the largest.")
	w.begin()
	x, n := array{param("x"), 4}, param("n")
	tops := make([]reg.VecVirtual, unroll)
	for i := range tops {
		tops[i] = w.load(x.at(w, 0))
	}
	w.each(n, unroll, func(i int) { VMAXPS(x.at(w, i), tops[i], tops[i]) }, x)
	VMAXPS(tops[1], tops[0], tops[0])
	VMAXPS(tops[3], tops[2], tops[2])
	VMAXPS(tops[2], tops[0], tops[0])
	Store(w.largest(tops[0]), ReturnIndex(0))
	w.end()
}

// largest is the largest lane.
func (w width) largest(v reg.VecVirtual) reg.VecVirtual {
	x, t := XMM(), XMM()
	if w.lanes == 16 {
		y := YMM()
		VEXTRACTF32X8(Imm(1), v, y)
		VMAXPS(v.AsY(), y, y)
		VEXTRACTF32X4(Imm(1), y, x)
		v = y
	} else {
		VEXTRACTF128(Imm(1), v, x)
	}
	VMAXPS(v.AsX(), x, x)
	VMOVHLPS(x, x, t)
	VMAXPS(x, t, t)
	VMOVSHDUP(t, x)
	VMAXSS(x, t, t)
	return t
}

func square(w width) {
	function("square"+w.suffix, "func(x *float32, n int) float32", "square"+w.suffix+" returns the sum of squares.")
	w.begin()
	x, n := array{param("x"), 4}, param("n")
	sums := w.accumulators()
	w.each(n, unroll, func(i int) {
		v := w.load(x.at(w, i))
		VFMADD231PS(v, v, sums[i])
	}, x)
	w.giveBack(sums)
	w.end()
}

func scale(w width) {
	function("scale"+w.suffix, "func(x *float32, by float32, n int)", "scale"+w.suffix+" multiplies x.")
	w.begin()
	x, n, by := array{param("x"), 4}, param("n"), w.broadcast("by")
	w.each(n, unroll, func(i int) {
		v := w.load(x.at(w, i))
		VMULPS(by, v, v)
		VMOVUPS(v, x.at(w, i))
	}, x)
	w.end()
}

func gain(w width) {
	function("gain"+w.suffix, "func(dst, x, gain *float32, by float32, n int)", "gain"+w.suffix+" sets dst to x times by times gain.")
	w.begin()
	y, x, g, n := array{param("dst"), 4}, array{param("x"), 4}, array{param("gain"), 4}, param("n")
	by := w.broadcast("by")
	w.each(n, unroll, func(i int) {
		v := w.load(x.at(w, i))
		VMULPS(by, v, v)
		VMULPS(g.at(w, i), v, v)
		VMOVUPS(v, y.at(w, i))
	}, y, x, g)
	w.end()
}

// exp emits e^x for x up to 88, more counts as 88; below −87 it is 0. x = n·ln 2 + r
// with |r| ≤ ½ ln 2; e^r is a polynomial (the coefficients are those of expf in
// Moshier's Cephes library). A NaN comes through: MAXPS and MINPS return their
// second source, written first here, if there is one.
func (w width) exp(x reg.VecVirtual) reg.VecVirtual {
	n, r, p := w.vec(), w.vec(), w.vec()
	VMAXPS(x, w.k(-87), r)
	VMINPS(r, w.k(88), r)
	const noFraction = 3<<22 + 127 // adding it leaves no bits for a fraction, and n with an exponent's bias in the lowest
	VMOVUPS(w.m(noFraction), n)
	VFMADD231PS(w.m(1.44269504088896341), r, n)
	VSUBPS(w.m(noFraction), n, p)
	VFNMADD231PS(w.m(0.693359375), p, r)
	VFNMADD231PS(w.m(-2.12194440e-4), p, r)
	VPSLLD(Imm(23), n, n)
	VMOVUPS(w.m(1.9875691500e-4), p)
	for _, c := range []float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 1} {
		VFMADD213PS(w.m(c), r, p)
	}
	VMULPS(n, p, p)
	return w.unlessBelow(p, x, w.k(-87))
}

// unlessBelow is p where x is not below limit, else 0.
func (w width) unlessBelow(p, x, limit reg.VecVirtual) reg.VecVirtual {
	const notLess = 5 // true for NaN
	if w.lanes == 16 {
		k := K()
		VCMPPS(U8(notLess), limit, x, k)
		VMOVAPS_Z(p, k, p)
		return p
	}
	mask := YMM()
	VCMPPS(U8(notLess), limit, x, mask)
	VANDPS(mask, p, p)
	return p
}

func expSum(w width) {
	function("expSum"+w.suffix, "func(x *float32, max float32, n int) float32", "expSum"+w.suffix+" sets x to the exponentials of x-max and returns their sum.")
	w.begin()
	x, n, top := array{param("x"), 4}, param("n"), w.broadcast("max")
	sums := w.accumulators()
	w.each(n, unroll, func(i int) {
		v := w.load(x.at(w, i))
		VSUBPS(top, v, v)
		v = w.exp(v)
		VADDPS(v, sums[i], sums[i])
		VMOVUPS(v, x.at(w, i))
	}, x)
	w.giveBack(sums)
	w.end()
}

func siluMul(w width) {
	function("siluMul"+w.suffix, "func(dst, gate, up *float32, n int)", "siluMul"+w.suffix+" sets dst to gate/(1+exp(-gate)) times up.")
	w.begin()
	y, g, u, n := array{param("dst"), 4}, array{param("gate"), 4}, array{param("up"), 4}, param("n")
	w.each(n, 2, func(i int) {
		x, minus := w.load(g.at(w, i)), w.zero()
		VSUBPS(x, minus, minus)
		e := w.exp(minus)
		VADDPS(w.k(1), e, e)
		VDIVPS(e, x, x)
		VMULPS(u.at(w, i), x, x)
		VMOVUPS(x, y.at(w, i))
	}, y, g, u)
	w.end()
}

// microF32 emits the micro-kernel of float32 matrices: 16 rows of a panel times
// the 8 of a tile, in one pass with 32 registers and in two with 16.
func microF32(w width) {
	function("microF32"+w.suffix, "func(out *float32, ldo int, panel, tile *float32, deep int, add bool)",
		"microF32"+w.suffix+" sets or adds 16 × 8 sums of deep products.")
	out, ldo, panel, tile := param("out"), param("ldo"), param("panel"), param("tile")
	SHLQ(Imm(2), ldo)
	add := GP8()
	Load(Param("add"), add)
	cols := w.lanes / 2
	for pass := range 8 / cols {
		sums := w.products(fmt.Sprint("product", pass), panel, tile, pass*cols, cols)
		storeColumns(w, fmt.Sprint("store", pass), sums, out, ldo, add)
	}
	VZEROUPPER()
	RET()
}

// products emits the loop over a panel's depth for some of a tile's columns.
// The sums of a column are as many vectors as 16 rows take.
func (w width) products(label string, panel, tile reg.GPVirtual, from, cols int) [][]reg.VecVirtual {
	sums := make([][]reg.VecVirtual, cols)
	for c := range sums {
		for range 16 / w.lanes {
			sums[c] = append(sums[c], w.zero())
		}
	}
	p, t, deep := GP64(), GP64(), param("deep")
	MOVQ(panel, p)
	MOVQ(tile, t)
	loop(label, deep, func() {
		rows := make([]reg.VecVirtual, 16/w.lanes)
		for i := range rows {
			rows[i] = w.load(at(p, i*w.lanes*4))
		}
		for c := range sums {
			w.multiplyAdd(at(t, 4*(from+c)), rows, sums[c])
		}
		ADDQ(Imm(64), p)
		ADDQ(Imm(32), t)
	})
	return sums
}

// multiplyAdd adds the number at m times rows to sums.
func (w width) multiplyAdd(m Mem, rows, sums []reg.VecVirtual) {
	if w.lanes == 16 {
		VFMADD231PS_BCST(m, rows[0], sums[0])
		return
	}
	x := YMM()
	VBROADCASTSS(m, x)
	for i, row := range rows {
		VFMADD231PS(x, row, sums[i])
	}
}

// storeColumns writes columns of sums, or adds them, and leaves out behind them.
func storeColumns(w width, label string, sums [][]reg.VecVirtual, out, ldo, add reg.GPVirtual) {
	TESTB(add, add)
	JZ(LabelRef(label))
	p := GP64()
	MOVQ(out, p)
	for _, column := range sums {
		for i, sum := range column {
			VADDPS(at(p, i*w.lanes*4), sum, sum)
		}
		ADDQ(ldo, p)
	}
	Label(label)
	for _, column := range sums {
		for i, sum := range column {
			VMOVUPS(sum, at(out, i*w.lanes*4))
		}
		ADDQ(ldo, out)
	}
}

// mix emits the micro-kernel of attention: 16 numbers of each of a panel's rows,
// stride apart, times those of 4 or 8 rows x, ldx apart. Neither is interleaved.
func mix(w width, name, panel string, size, cols int, load func(Mem) reg.VecVirtual) {
	function(name+w.suffix, "func(out *float32, ldo int, "+panel+", stride int, x *float32, ldx, deep int, add bool)",
		name+w.suffix+" sets or adds 16 times as many sums of deep products.")
	out, ldo, from, stride := param("out"), param("ldo"), param("panel"), param("stride")
	SHLQ(Imm(2), ldo)
	if size == 4 {
		SHLQ(Imm(1), stride)
	}
	SHLQ(Imm(1), stride)
	ldx, ldx3 := param("ldx"), GP64()
	SHLQ(Imm(2), ldx)
	LEAQ(Mem{Base: ldx, Index: ldx, Scale: 2}, ldx3)
	add := GP8()
	Load(Param("add"), add)
	step := w.lanes / 2
	if step > cols {
		step = cols
	}
	for at := 0; at < cols; at += step {
		sums := make([][]reg.VecVirtual, step)
		for c := range sums {
			for range 16 / w.lanes {
				sums[c] = append(sums[c], w.zero())
			}
		}
		p, deep, x := GP64(), param("deep"), param("x")
		if at == 4 {
			LEAQ(Mem{Base: x, Index: ldx, Scale: 4}, x)
		}
		xs := []reg.GPVirtual{x}
		if step == 8 {
			xs = append(xs, GP64())
			LEAQ(Mem{Base: x, Index: ldx, Scale: 4}, xs[1])
		}
		MOVQ(from, p)
		loop(fmt.Sprint("product", at), deep, func() {
			rows := make([]reg.VecVirtual, 16/w.lanes)
			for i := range rows {
				rows[i] = load(Mem{Base: p, Disp: i * w.lanes * size})
			}
			for c := range sums {
				b := xs[c/4]
				m := []Mem{{Base: b}, {Base: b, Index: ldx, Scale: 1}, {Base: b, Index: ldx, Scale: 2}, {Base: b, Index: ldx3, Scale: 1}}[c%4]
				w.multiplyAdd(m, rows, sums[c])
			}
			ADDQ(stride, p)
			for _, b := range xs {
				ADDQ(Imm(4), b)
			}
		})
		storeColumns(w, fmt.Sprint("store", at), sums, out, ldo, add)
	}
	VZEROUPPER()
	RET()
}
