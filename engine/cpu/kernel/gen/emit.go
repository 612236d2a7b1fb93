package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// constants are vectors of 64 bytes in read-only memory. Each is written to the
// file at its first use.
type constants struct{ mems map[string]Mem }

// of is the memory of a constant. Its name is made of its bytes.
func (c *constants) of(bytes []byte) Mem {
	name := constantName(bytes)
	if m, ok := c.mems[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := 0; i < len(bytes); i += 8 {
		DATA(i, U64(binary.LittleEndian.Uint64(bytes[i:])))
	}
	if c.mems == nil {
		c.mems = map[string]Mem{}
	}
	c.mems[name] = m
	return m
}

// constantName spells the bytes out in runs: "k0fx64" is 64 times 0x0f.
func constantName(b []byte) string {
	unit := 1
	for unit < len(b) && !slices.Equal(b, cycle(b[:unit]...)) {
		unit *= 2
	}
	if unit <= 8 {
		return fmt.Sprintf("k%x", b[:unit])
	}
	h := uint64(14695981039346656037) // FNV-1a
	for _, v := range b {
		h = (h ^ uint64(v)) * 1099511628211
	}
	return fmt.Sprintf("k%016x", h)
}

// lanes32 spreads values over equal parts of 64 bytes, as 32-bit numbers.
func lanes32(values ...uint32) []byte {
	b := make([]byte, 0, 64)
	for _, v := range values {
		for range 16 / len(values) {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
	}
	return b
}

// lanesF32 does the same with float32.
func lanesF32(values ...float32) []byte {
	bits := make([]uint32, len(values))
	for i, v := range values {
		bits[i] = math.Float32bits(v)
	}
	return lanes32(bits...)
}

// lanes16 does the same with 16-bit numbers, lanes8 with bytes.
func lanes16(values ...uint16) []byte {
	b := make([]byte, 0, 64)
	for _, v := range values {
		for range 32 / len(values) {
			b = binary.LittleEndian.AppendUint16(b, v)
		}
	}
	return b
}

func lanes8(values ...uint8) []byte {
	b := make([]byte, 0, 64)
	for _, v := range values {
		for range 64 / len(values) {
			b = append(b, v)
		}
	}
	return b
}

// indexes repeats eight 32-bit numbers.
func indexes(values ...uint8) []byte {
	pattern := make([]uint32, len(values))
	for i, v := range values {
		pattern[i] = uint32(v)
	}
	return cycle32(pattern...)
}

// cycle repeats a pattern of bytes until 64 are full.
func cycle(pattern ...uint8) []byte {
	b := make([]byte, 0, 64)
	for len(b) < 64 {
		b = append(b, pattern...)
	}
	return b
}

// cycle32 repeats a pattern of 32-bit numbers.
func cycle32(pattern ...uint32) []byte {
	b := make([]byte, 0, 64)
	for len(b) < 64 {
		for _, v := range pattern {
			b = binary.LittleEndian.AppendUint32(b, v)
		}
	}
	return b
}

// at is the memory off bytes behind p.
func at(p reg.GPVirtual, off int) Mem { return Mem{Base: p, Disp: off} }

// function opens a function that keeps no pointer it is given.
func function(name, signature, doc string) {
	TEXT(name, NOSPLIT, signature)
	Doc(doc)
	Pragma("noescape")
}

// param loads a parameter.
func param(name string) reg.GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// loop emits body until count, which it uses up, is zero. count is at least one.
func loop(label string, count reg.GPVirtual, body func()) {
	Label(label)
	body()
	DECQ(count)
	JNZ(LabelRef(label))
}

// hoister keeps constants in registers around a function's loops, whoever asks
// for them first, wherever that is: the function begins with a jump to its end,
// where they are loaded, and back.
type hoister struct {
	constants
	loads []func()
	regs  map[string]reg.Register
	move  func(...Op) // loads a vector: VMOVDQU, or AVX-512's own, which reaches all 32 registers
}

func vexMove(ops ...Op) { VMOVDQU(ops[0], ops[1]) }

// begin opens a function.
func (h *hoister) begin() {
	h.loads, h.regs = nil, map[string]reg.Register{}
	JMP(LabelRef("constants"))
	Label("start")
}

// end closes it: body's last instruction, then the constants.
func (h *hoister) end() {
	VZEROUPPER()
	RET()
	Label("constants")
	for _, load := range h.loads {
		load()
	}
	JMP(LabelRef("start"))
}

// keep returns the register of that name, loaded as said before the loops begin.
func keep[R reg.Register](h *hoister, name string, r func() R, load func(R)) R {
	if old, ok := h.regs[name]; ok {
		return old.(R)
	}
	v := r()
	h.regs[name] = v
	h.loads = append(h.loads, func() { load(v) })
	return v
}

// z and y are a constant of 64 or 32 bytes in a register.
func (h *hoister) z(bytes []byte) reg.VecVirtual {
	return keep(h, "z"+constantName(bytes), ZMM, func(v reg.VecVirtual) { h.move(h.of(bytes), v) })
}

func (h *hoister) y(bytes []byte) reg.VecVirtual {
	return keep(h, "y"+constantName(bytes), YMM, func(v reg.VecVirtual) { h.move(h.of(bytes), v) })
}

// mask is a constant of AVX-512's lane masks.
func (h *hoister) mask(bits uint32) reg.OpmaskVirtual {
	return keep(h, fmt.Sprintf("mask%x", bits), K, func(k reg.OpmaskVirtual) {
		r := GP32()
		MOVL(U32(bits), r)
		KMOVW(r, k)
	})
}

// exchange is a step of a transposition: it combines rows whose numbers differ by step.
func exchange(vec func() reg.VecVirtual, z []reg.VecVirtual, step int, low, high func(...Op)) []reg.VecVirtual {
	t := make([]reg.VecVirtual, len(z))
	for r := range z {
		if r&step != 0 {
			continue
		}
		t[r], t[r|step] = vec(), vec()
		low(z[r|step], z[r], t[r])
		high(z[r|step], z[r], t[r|step])
	}
	return t
}

// middleSwapped puts the columns of a transposition in order: the unpacking
// steps leave the two middle ones of each four swapped.
func middleSwapped(z []reg.VecVirtual) []reg.VecVirtual {
	t := make([]reg.VecVirtual, len(z))
	for r := range z {
		t[r&^3|r&1<<1|r&2>>1] = z[r]
	}
	return t
}

// zeros emits n registers of zeros. An exclusive or with itself costs nothing.
func zeros(vec func() reg.VecVirtual, n int) []reg.VecVirtual {
	z := make([]reg.VecVirtual, n)
	for i := range z {
		z[i] = vec()
		if z[i].Size() == 64 {
			VPXORD(z[i], z[i], z[i])
		} else {
			VXORPS(z[i], z[i], z[i])
		}
	}
	return z
}
