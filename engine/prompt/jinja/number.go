package jinja

import (
	"math"
	"strconv"
	"strings"
)

// parseInt is Python's int(v, base); strings that hold a float are cut, as the
// int filter does.
func parseInt(v any, base int) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		return int64(toInt(v, "")), true
	case float64:
		return cutFloat(v)
	case string:
		s := strings.ReplaceAll(strings.TrimFunc(v, isSpace), "_", "")
		if base == 16 || base == 8 || base == 2 {
			s = strings.ToLower(s)
			prefix := map[int]string{16: "0x", 8: "0o", 2: "0b"}[base]
			s = strings.TrimPrefix(s, prefix)
		}
		if base < 2 || base > 36 {
			fail("the base of int must be from 2 to 36")
		}
		if n, err := strconv.ParseInt(s, base, 64); err == nil {
			return n, true
		}
		if f, ok := parseFloat(s); ok {
			return cutFloat(f)
		}
	}
	return 0, false
}

func cutFloat(f float64) (int64, bool) {
	if math.IsNaN(f) || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

// parseFloat is Python's float(s), which knows no hexadecimal.
func parseFloat(s string) (float64, bool) {
	s = strings.TrimFunc(s, isSpace)
	if strings.ContainsAny(s, "xXpP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// roundDecimal is Python's round(f, precision): exact in decimal, halves to even.
func roundDecimal(f float64, precision int) float64 {
	if precision < 0 {
		scale := math.Pow(10, float64(-precision))
		return math.RoundToEven(f/scale) * scale
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'f', precision, 64), 64)
	if err != nil {
		return f
	}
	return rounded
}
