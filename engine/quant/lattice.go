package quant

import (
	"math"
	"slices"
	"sync"
)

// codebook is what encoding with one of the codebooks needs to know of it. A code
// is the digits of a group of weights, the first in the lowest bits; digit l
// stands for 2l + 1 times the scale.
type codebook struct {
	elems  int       // weights in a group, 8 or 4
	bits   int       // of a digit
	levels int32     // digits are less
	row    []int16   // by code: its row in the codebook; −1: it has none
	near   [][]int16 // by code that has no row: the rows nearest to it
	digits [][8]uint8
	values [][8]float32 // 2·digit + 1
	lists  [][]byte     // by code: values of its near rows as nearestRow wants them; nil: not made
}

var (
	bookIQ1    = sync.OnceValue(func() *codebook { return newCodebook("iq1", 8, 2, 3, 3) })
	bookIQ2XXS = sync.OnceValue(func() *codebook { return newCodebook("iq2_xxs", 8, 2, 3, 2).listed() })
	bookIQ2XS  = sync.OnceValue(func() *codebook { return newCodebook("iq2_xs", 8, 2, 3, 2).listed() })
	bookIQ2S   = sync.OnceValue(func() *codebook { return newCodebook("iq2_s", 8, 2, 3, 1).listed() })
	bookIQ3XXS = sync.OnceValue(func() *codebook { return newCodebook("iq3_xxs", 4, 3, 8, 2).listed() })
	bookIQ3S   = sync.OnceValue(func() *codebook { return newCodebook("iq3_s", 4, 3, 8, 3).listed() })
)

// newCodebook finds, for each code without a row, the rows at the least distances,
// as many different distances as are wanted.
func newCodebook(name string, elems, bits int, levels int32, distances int) *codebook {
	b := &codebook{elems: elems, bits: bits, levels: levels}
	codes := gridCodes(name)
	b.digits, b.values = make([][8]uint8, len(codes)), make([][8]float32, len(codes))
	b.row = make([]int16, 1<<(elems*bits))
	b.near = make([][]int16, len(b.row))
	for i := range b.row {
		b.row[i] = -1
	}
	for i, code := range codes {
		b.row[code] = int16(i)
		b.digits[i], _ = b.split(int(code))
		for k, l := range b.digits[i] {
			b.values[i][k] = float32(2*int32(l) + 1)
		}
	}
	for code, row := range b.row {
		if digits, ok := b.split(code); ok && row < 0 {
			b.near[code] = b.nearest(digits, distances)
		}
	}
	return b
}

// split returns the digits of a code, and whether all are less than levels.
func (b *codebook) split(code int) (digits [8]uint8, ok bool) {
	ok = true
	for i := range b.elems {
		digits[i] = uint8(code >> (i * b.bits) & (1<<b.bits - 1))
		ok = ok && int32(digits[i]) < b.levels
	}
	return digits, ok
}

func (b *codebook) code(digits []uint8) (code int) {
	for i, l := range digits[:b.elems] {
		code |= int(l) << (i * b.bits)
	}
	return code
}

// nearest lists rows by distance, and at equal distance in their order. Distances
// are whole numbers of at most 8·7², so that counting replaces sorting.
func (b *codebook) nearest(digits [8]uint8, distances int) (near []int16) {
	var count [8*49 + 1]int
	squares := make([]int16, len(b.digits))
	for i := range b.digits {
		var sum int
		for k, l := range &b.digits[i] {
			diff := int(l) - int(digits[k])
			sum += diff * diff
		}
		squares[i] = int16(sum)
		count[sum]++
	}
	for d := 0; d < len(count) && distances > 0; d++ {
		if count[d] == 0 {
			continue
		}
		distances--
		for i, sum := range squares {
			if int(sum) == d {
				near = append(near, int16(i))
			}
		}
	}
	return slices.Clip(near)
}

// listed lays the near rows out for nearestRow: in groups of eight rows, the first
// value of each, then the second of each. A group that is not full repeats the
// first row, which wins against its copies.
func (b *codebook) listed() *codebook {
	b.lists = make([][]byte, len(b.near))
	for code, near := range b.near {
		for from := 0; from < len(near); from += 8 {
			for k := range b.elems {
				for i := from; i < from+8; i++ {
					row := near[0]
					if i < len(near) {
						row = near[i]
					}
					b.lists[code] = append(b.lists[code], 2*b.digits[row][k]+1)
				}
			}
		}
	}
	return b
}

// closest is that of the rows near to a code, which x in units of scale is
// nearest to, with errors weighted by w; of equals the first.
func (b *codebook) closest(code int, x, w []float32, scale float32) int16 {
	return b.near[code][nearestRow(b, code, x, w, scale)]
}

// nearestRowPortable is the place of that row among the near ones.
func nearestRowPortable(b *codebook, code int, x, w []float32, scale float32) int {
	near := b.near[code]
	best, least := 0, float32(math.Inf(1))
	for i, row := range near {
		q := &b.values[row]
		sum := distance4((*[4]float32)(x), (*[4]float32)(w), (*[4]float32)(q[:4]), scale, 0)
		if sum >= least {
			continue // the other half adds to it
		}
		if b.elems == 8 {
			sum = distance4((*[4]float32)(x[4:]), (*[4]float32)(w[4:]), (*[4]float32)(q[4:]), scale, sum)
		}
		if sum < least {
			best, least = i, sum
		}
	}
	return best
}

// distance4 adds Σ w·(scale·q − x)² to sum.
func distance4(x, w, q *[4]float32, scale, sum float32) float32 {
	d0, d1 := float32(scale*q[0])-x[0], float32(scale*q[1])-x[1]
	d2, d3 := float32(scale*q[2])-x[2], float32(scale*q[3])-x[3]
	sum += float32(float32(w[0]*d0) * d0)
	sum += float32(float32(w[1]*d1) * d1)
	sum += float32(float32(w[2]*d2) * d2)
	return sum + float32(float32(w[3]*d3)*d3)
}
