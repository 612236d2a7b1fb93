package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"
)

// bytesText writes a number of bytes in decimal units: "14.1 GB".
func bytesText(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf(lang.L("%s GB"), decimal(float64(n)/1e9, 1))
	case n >= 1e6:
		return fmt.Sprintf(lang.L("%s MB"), decimal(float64(n)/1e6, 1))
	case n >= 1e3:
		return fmt.Sprintf(lang.L("%.0f kB"), float64(n)/1e3)
	}
	return fmt.Sprintf(lang.L("%d bytes"), n)
}

// count writes a whole number with its thousands apart: "12,288".
func count(n int) string {
	digits := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	apart := separator(lang.L("1,000"))
	for i := len(digits) - 3; i > start; i -= 3 {
		digits = digits[:i] + apart + digits[i:]
	}
	return digits
}

// decimal writes a number with so many digits behind its point, "12.3"; -1: as many
// as it has.
func decimal(v float64, digits int) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', digits, 64), ".", separator(lang.L("0.5")), 1)
}

// valueText writes a number of an error as count and decimal do, one that was written
// by %d or %f, or a size or a rate: "12.3 GB".
func valueText(text string, verb byte) string {
	number, unit, measured := strings.Cut(text, " ")
	if !measured || !slices.Contains([]string{"GB", "MB", "kB"}, unit) {
		number, unit, measured = text, "", false
	}
	if whole, err := strconv.Atoi(number); err == nil && verb == 'd' {
		return count(whole)
	}
	before, after, point := strings.Cut(number, ".")
	if _, err := strconv.ParseFloat(number, 64); err != nil || !point || verb != 'f' && !measured {
		return text
	}
	number = before + separator(lang.L("0.5")) + after
	switch unit {
	case "GB":
		return fmt.Sprintf(lang.L("%s GB"), number)
	case "MB":
		return fmt.Sprintf(lang.L("%s MB"), number)
	}
	return strings.TrimSpace(number + " " + unit)
}

// separator is what stands between the digits of an example.
func separator(example string) string { return strings.Trim(example, "015") }

// speedText writes a rate: "12.3", "2,412".
func speedText(perSecond float64) string {
	if perSecond < 100 {
		return decimal(perSecond, 1)
	}
	return count(int(perSecond + 0.5))
}

// counted writes a number of things, "1 token" or "1,234 tokens": one is the text
// for a single thing, several that for the others, with %s for the number.
func counted(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(several, count(n))
}

// durationText writes a time to wait or a time taken: "10 ms", "0.8 s", "12 s",
// "3 min 20 s", "2 h 5 min".
func durationText(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf(lang.L("%d ms"), d.Milliseconds())
	case d < 10*time.Second:
		return fmt.Sprintf(lang.L("%s s"), decimal(d.Seconds(), 1))
	case seconds < 60:
		return fmt.Sprintf(lang.L("%d s"), seconds)
	case seconds < 3600:
		return fmt.Sprintf(lang.L("%[1]d min %[2]d s"), seconds/60, seconds%60)
	}
	return fmt.Sprintf(lang.L("%[1]d h %[2]d min"), seconds/3600, seconds%3600/60)
}

// timeLeft guesses from what has been done how long the rest will take. It is
// empty while there is too little to guess from.
func timeLeft(done, total int64, spent time.Duration) string {
	if done <= 0 || total <= done || spent < time.Second {
		return ""
	}
	return leftText(time.Duration(float64(spent) * float64(total-done) / float64(done)))
}

// leftText writes a time left, "" where it is as good as over.
func leftText(left time.Duration) string {
	if left < time.Second {
		return ""
	}
	if left < 10*time.Second { // a tenth of a second would be false precision
		return fmt.Sprintf(lang.L("%d s left"), int(left.Round(time.Second)/time.Second))
	}
	return fmt.Sprintf(lang.L("%s left"), durationText(left))
}
