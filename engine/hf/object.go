package hf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// object is a JSON object whose values are read one by one. The getters treat
// null as absent, and keep the first error, which names the file and the key. A
// nil object, of a file that is not there, has no values.
type object struct {
	file   string
	at     string // of an object within another: "rope_scaling."
	values map[string]json.RawMessage
	first  *error // shared with the objects within
}

func parseObject(file string, b []byte) (*object, error) {
	o := &object{file: file, first: new(error)}
	if err := json.Unmarshal(b, &o.values); err != nil {
		return nil, fmt.Errorf("%s is not a JSON object: %w", file, err)
	}
	if o.values == nil {
		return nil, fmt.Errorf("%s is not a JSON object: it is null", file)
	}
	return o, nil
}

// err is the first thing that was wrong.
func (o *object) err() error {
	if o == nil {
		return nil
	}
	return *o.first
}

func (o *object) fail(key, format string, args ...any) {
	if *o.first == nil {
		*o.first = fmt.Errorf("%s: %s%s %s", o.file, o.at, key, fmt.Sprintf(format, args...))
	}
}

// raw is a value as it is written; nil if it is absent or null.
func (o *object) raw(key string) json.RawMessage {
	if o == nil {
		return nil
	}
	v := o.values[key]
	if bytes.Equal(v, []byte("null")) {
		return nil
	}
	return v
}

func (o *object) has(key string) bool { return o.raw(key) != nil }

// int reads an integer within low and high.
func (o *object) int(key string, low, high int) (int, bool) {
	v := o.raw(key)
	if v == nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(v))
	if err != nil {
		o.fail(key, "is %s, not an integer", short(v))
		return 0, false
	}
	if n < low || n > high {
		o.fail(key, "is %d, but it must be %d to %d", n, low, high)
		return 0, false
	}
	return n, true
}

// need reads an integer that must be there.
func (o *object) need(key string, low, high int) int {
	n, ok := o.int(key, low, high)
	if !ok {
		o.fail(key, "is missing")
	}
	return n
}

// or reads an integer, fallback if it is absent.
func (o *object) or(key string, low, high, fallback int) int {
	if n, ok := o.int(key, low, high); ok {
		return n
	}
	return fallback
}

// float reads a finite number.
func (o *object) float(key string) (float64, bool) {
	v := o.raw(key)
	if v == nil {
		return 0, false
	}
	x, err := strconv.ParseFloat(string(v), 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		o.fail(key, "is %s, not a finite number", short(v))
		return 0, false
	}
	return x, true
}

// positive reads a number above 0, fallback if it is absent.
func (o *object) positive(key string, fallback float64) float64 {
	x, ok := o.float(key)
	if !ok {
		return fallback
	}
	if x <= 0 {
		o.fail(key, "is %v, but it must be above 0", x)
		return fallback
	}
	return x
}

// needPositive reads a number above 0 that must be there.
func (o *object) needPositive(key string) float64 {
	x := o.positive(key, 0)
	if x == 0 {
		o.fail(key, "is missing")
	}
	return x
}

func (o *object) string(key string) (s string, ok bool) {
	ok = o.decode(key, &s, "a string")
	return s, ok
}

func (o *object) bool(key string) (value, ok bool) {
	var b bool
	ok = o.decode(key, &b, "true or false")
	return b, ok
}

func (o *object) strings(key string) []string {
	var list []string
	o.decode(key, &list, "a list of strings")
	return list
}

// object reads an object within; nil if it is absent.
func (o *object) object(key string) *object {
	if !o.has(key) {
		return nil
	}
	in := &object{file: o.file, at: o.at + key + ".", first: o.first}
	if !o.decode(key, &in.values, "an object") {
		return nil
	}
	return in
}

func (o *object) decode(key string, into any, what string) bool {
	v := o.raw(key)
	if v == nil {
		return false
	}
	if err := json.Unmarshal(v, into); err != nil {
		o.fail(key, "is %s, not %s", short(v), what)
		return false
	}
	return true
}

// integers reads an integer or a list of them.
func (o *object) integers(key string) []int {
	v := o.raw(key)
	if v == nil {
		return nil
	}
	var list []int
	if json.Unmarshal(v, &list) == nil {
		return list
	}
	list = []int{0}
	if json.Unmarshal(v, &list[0]) != nil {
		o.fail(key, "is %s, neither an integer nor a list of them", short(v))
		return nil
	}
	return list
}

// short is a value for an error.
func short(v []byte) string {
	const most = 60
	if len(v) > most {
		return string(bytes.ToValidUTF8(v[:most], nil)) + "…"
	}
	return string(v)
}
