package grammar

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// mostDigits is how many a number has before the point where nothing bounds it,
// and behind it at most.
const mostDigits = 15

// numbersBetween is the numbers from least to most, either of which may be nil,
// as the right side of a rule; "" if there are none. Those that need not be whole
// have no exponent.
func numbersBetween(least, most *bound, whole bool) string {
	low, high := decimal{negative: true, infinite: true}, decimal{infinite: true}
	if least != nil {
		low = decimalOf(least)
	}
	if most != nil {
		high = decimalOf(most)
	}
	var parts []string
	add := func(sign, body string) {
		if body != "" {
			parts = append(parts, sign+body)
		}
	}
	if low.negative {
		from, to := decimal{exclusive: true}, low // from 0, which is written without a sign
		if high.negative {
			from = high
		}
		from.negative, to.negative = false, false
		add(`"-" `, between(from, to, whole))
	}
	if !high.negative {
		from := decimal{}
		if !low.negative {
			from = low
		}
		add("", between(from, high, whole))
	}
	return strings.Join(parts, " | ")
}

// decimal is the end of a range, written out.
type decimal struct {
	negative, infinite, exclusive bool
	digits                        string // before the point, without leading zeros but for "0"
	fraction                      string // behind it, without trailing zeros
}

func decimalOf(b *bound) decimal {
	text := strconv.FormatFloat(math.Abs(b.number), 'f', -1, 64)
	digits, fraction, _ := strings.Cut(text, ".")
	return decimal{negative: b.number < 0, exclusive: b.exclusive, digits: digits, fraction: fraction}
}

// between is the numbers from one end to the other, neither of them negative.
func between(from, to decimal, whole bool) string {
	low, _ := strconv.ParseInt("0"+from.digits, 10, 64)
	high := int64(math.Pow10(mostDigits)) - 1
	if !to.infinite {
		high, _ = strconv.ParseInt("0"+to.digits, 10, 64)
	}
	if whole {
		if from.fraction != "" || from.exclusive {
			low++
		}
		if to.exclusive && to.fraction == "" && !to.infinite {
			high--
		}
		return "" + parenthesized(wholeBetween(low, high))
	}
	lowEnd, highEnd := &edge10{from.fraction, from.exclusive}, &edge10{to.fraction, to.exclusive}
	if to.infinite {
		highEnd = nil
	}
	if from.digits == "" && !from.exclusive {
		lowEnd = nil
	}
	var parts []string
	add := func(digits, fraction string) {
		if digits != "" && fraction != "" {
			parts = append(parts, "( "+digits+" ) "+fraction)
		}
	}
	switch {
	case low > high:
	case low == high:
		add(quote(strconv.FormatInt(low, 10)), fraction(lowEnd, highEnd))
	default:
		add(quote(strconv.FormatInt(low, 10)), fraction(lowEnd, nil))
		add(wholeBetween(low+1, high-1), fraction(nil, nil))
		add(quote(strconv.FormatInt(high, 10)), fraction(nil, highEnd))
	}
	return parenthesized(strings.Join(parts, " | "))
}

func parenthesized(body string) string {
	if body == "" {
		return ""
	}
	return "( " + body + " )"
}

// wholeBetween is the whole numbers from low to high, not negative: those of each
// length, cut where a digit at the front changes.
func wholeBetween(low, high int64) string {
	var parts []string
	for power := int64(1); low <= high; power *= 10 { // numbers below 10·power have one length
		end := min(high, 10*power-1)
		if low <= end {
			parts = append(parts, sameLength(strconv.FormatInt(low, 10), strconv.FormatInt(end, 10)))
			low = end + 1
		}
	}
	return strings.Join(parts, " | ")
}

// sameLength is the numbers from a to b, which have as many digits.
func sameLength(a, b string) string {
	n := len(a)
	switch {
	case n == 0:
		return `""`
	case strings.Trim(a[1:], "0") == "" && strings.Trim(b[1:], "9") == "":
		return digit(a[0], b[0]) + anyDigits(n-1, n-1)
	case a[0] == b[0]:
		return quote(a[:1]) + " ( " + sameLength(a[1:], b[1:]) + " )"
	}
	nines, zeros := strings.Repeat("9", n-1), strings.Repeat("0", n-1)
	parts := []string{quote(a[:1]) + " ( " + sameLength(a[1:], nines) + " )"}
	if a[0]+1 < b[0] {
		parts = append(parts, digit(a[0]+1, b[0]-1)+anyDigits(n-1, n-1))
	}
	parts = append(parts, quote(b[:1])+" ( "+sameLength(zeros, b[1:])+" )")
	return strings.Join(parts, " | ")
}

func digit(from, to byte) string {
	if from == to {
		return fmt.Sprintf("[%c]", from)
	}
	return fmt.Sprintf("[%c-%c]", from, to)
}

func anyDigits(low, high int) string {
	if high <= 0 {
		return ""
	}
	return fmt.Sprintf(" [0-9]{%d,%d}", low, high)
}

// edge10 is what is left of a bound's digits behind the point, when all before
// were equal to it.
type edge10 struct {
	digits    string
	exclusive bool
}

// fraction is the point and the digits of a number between two edges, or nothing;
// a nil edge bounds nothing. "" if there is none.
func fraction(low, high *edge10) string {
	ends := mayEnd(low, high)
	digits := fractionDigits(low, high, mostDigits)
	switch {
	case digits == "" && !ends:
		return ""
	case digits == "":
		return `""`
	case ends:
		return `( "." ( ` + digits + " ) )?"
	}
	return `"." ( ` + digits + " )"
}

// mayEnd says whether a number may have no further digits.
func mayEnd(low, high *edge10) bool {
	return (low == nil || low.digits == "" && !low.exclusive) && (high == nil || high.digits != "" || !high.exclusive)
}

// fractionDigits is at least one and at most n further digits; "" if there are none.
func fractionDigits(low, high *edge10, n int) string {
	if n <= 0 {
		return ""
	}
	if low == nil && high == nil {
		return fmt.Sprintf("[0-9]{1,%d}", n)
	}
	from, to := byte('0'), byte('9')
	if low != nil && low.digits != "" {
		from = low.digits[0]
	}
	if high != nil {
		to = '0'
		if high.digits != "" {
			to = high.digits[0]
		}
	}
	var parts []string
	for d := from; d <= to; d++ {
		l, h := low.next(d, from), high.next(d, to)
		more := fractionDigits(l, h, n-1)
		switch ends := mayEnd(l, h); {
		case more == "" && ends:
			parts = append(parts, digit(d, d))
		case more != "" && ends:
			parts = append(parts, digit(d, d)+" ( "+more+" )?")
		case more != "":
			parts = append(parts, digit(d, d)+" ( "+more+" )")
		}
	}
	return strings.Join(parts, " | ")
}

// next is the edge behind digit d; nil where d differs from the edge's.
func (e *edge10) next(d, own byte) *edge10 {
	if e == nil || d != own {
		return nil
	}
	return &edge10{strings.TrimPrefix(e.digits, string(d)), e.exclusive}
}
