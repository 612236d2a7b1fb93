package quant

import (
	"embed"
	"math"
	"strconv"
	"strings"
	"sync"
)

// The I-quants store groups of weights as indexes into codebooks. A codebook is
// a subset of a small lattice that was found by optimisation; no formula gives
// it, so it is data: grids/*.hex, described in grids/README.md.
//
//go:embed grids/*.hex
var gridFiles embed.FS

// Each codebook is unpacked when its format is first met.
var (
	gridIQ2XXS = sync.OnceValue(func() *[256][8]float32 { return (*[256][8]float32)(grid8("iq2_xxs", iq2Digits)) })
	gridIQ2XS  = sync.OnceValue(func() *[512][8]float32 { return (*[512][8]float32)(grid8("iq2_xs", iq2Digits)) })
	gridIQ2S   = sync.OnceValue(func() *[1024][8]float32 { return (*[1024][8]float32)(grid8("iq2_s", iq2Digits)) })
	gridIQ1    = sync.OnceValue(func() *[2048][8]float32 { return (*[2048][8]float32)(grid8("iq1", iq1Digits)) })
	gridIQ3XXS = sync.OnceValue(func() *[256][4]float32 { return (*[256][4]float32)(grid4("iq3_xxs", iq3xxsDigits)) })
	gridIQ3S   = sync.OnceValue(func() *[512][4]float32 { return (*[512][4]float32)(grid4("iq3_s", iq3sDigits)) })
)

// What the digits of a code stand for.
var (
	iq1Digits    = []float32{-1, 0, 1}
	iq2Digits    = []float32{8, 25, 43}
	iq3xxsDigits = []float32{4, 12, 20, 28, 36, 44, 52, 62}
	iq3sDigits   = []float32{1, 3, 5, 7, 9, 11, 13, 15}
)

// grid8 unpacks codes of eight two-bit digits, grid4 those of four three-bit
// ones; the first digit is in the lowest bits.
func grid8(name string, digits []float32) [][8]float32 {
	codes := gridCodes(name)
	rows := make([][8]float32, len(codes))
	for i, code := range codes {
		for j := range rows[i] {
			rows[i][j] = digits[code>>(2*j)&3]
		}
	}
	return rows
}

func grid4(name string, digits []float32) [][4]float32 {
	codes := gridCodes(name)
	rows := make([][4]float32, len(codes))
	for i, code := range codes {
		for j := range rows[i] {
			rows[i][j] = digits[code>>(3*j)&7]
		}
	}
	return rows
}

// gridCodes reads a committed codebook. That it is whole is a matter of the
// build, not of any user's file, and TestGrids sees to it; hence the panics.
func gridCodes(name string) []uint64 {
	text, err := gridFiles.ReadFile("grids/" + name + ".hex")
	if err != nil {
		panic(err)
	}
	words := strings.Fields(string(text))
	codes := make([]uint64, len(words))
	for i, word := range words {
		if codes[i], err = strconv.ParseUint(word, 16, 16); err != nil {
			panic(err)
		}
	}
	return codes
}

// evenSigns completes seven sign bits with their parity: the formats that spare
// the eighth bit always have an even number of minus signs in a group.
func evenSigns(s uint32) uint32 {
	s &= 127
	p := s ^ s>>4
	p ^= p >> 2
	p ^= p >> 1
	return s | p&1<<7
}

// signed8 writes d times the row, weight j negated where bit j of signs is set.
func signed8(w *[8]float32, d float32, row *[8]float32, signs uint32) {
	for j, v := range row {
		w[j] = math.Float32frombits(math.Float32bits(d*v) ^ signs>>j<<31)
	}
}
