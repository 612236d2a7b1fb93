package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peakChains is how many independent sums a peak kernel keeps: more than the
// latency of its instruction takes.
const peakChains = 12

// peak emits a loop of nothing but the integer product that the micro-kernels
// are made of, to measure what the processor could do at most.
func peak(suffix string, vec func() reg.VecVirtual, product func(x, y, sum reg.VecVirtual)) {
	function("peak"+suffix, "func(n int)", "peak"+suffix+" multiplies n times 12 vectors of bytes.")
	n, sums, xy := param("n"), zeros(vec, peakChains), zeros(vec, 2)
	loop("round", n, func() {
		for _, sum := range sums {
			product(xy[0], xy[1], sum)
		}
	})
	VZEROUPPER()
	RET()
}

// vendor emits what tells one maker's processors from another's.
func vendor() {
	function("vendor", "func() uint32", "vendor returns the first four letters of the maker's name.")
	XORL(reg.EAX, reg.EAX)
	XORL(reg.ECX, reg.ECX)
	CPUID()
	Store(reg.EBX, ReturnIndex(0))
	RET()
}

// fetch emits the fetching of bytes into the second cache.
func fetch() {
	function("fetch", "func(p *byte, lines int)", "fetch brings lines of 64 bytes into the second cache.")
	p, lines := param("p"), param("lines")
	loop("line", lines, func() {
		PREFETCHT1(at(p, 0))
		ADDQ(Imm(64), p)
	})
	RET()
}

func peak512() {
	peak("x512", ZMM, func(x, y, sum reg.VecVirtual) { VPDPBUSD(x, y, sum) })
}

// peak256 is three instructions: AVX2 has no fourfold product.
func peak256() {
	peak("x256", YMM, func(x, y, sum reg.VecVirtual) {
		t := YMM()
		VPMADDUBSW(x, y, t)
		VPMADDWD(y, t, t)
		VPADDD(t, sum, sum)
	})
}
