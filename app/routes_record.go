package app

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A record of routes is a version byte and, deflated, numbers (unsigned varints):
// experts, layers, names (their number, then each one's length and bytes); then
// runs of tokens with the same number of experts at work: that number (0: not
// known), tokens, the bytes of each; then, a byte each, the ids of all and the
// weights of all. Ids of the same layer lie side by side, which is what makes them
// small.

const routesVersion = 1

// mostRoutes bounds what a record may hold when it is unpacked.
const mostRoutes = 256 << 20

func encodeRoutes(r *Routes) []byte {
	var b []byte
	number := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	number(r.Experts)
	number(r.Layers)
	number(len(r.Names))
	for _, n := range r.Names {
		number(len(n))
		b = append(b, n...)
	}
	for from := 0; from < len(r.Tokens); {
		to := from
		for to < len(r.Tokens) && len(r.Tokens[to].Experts) == len(r.Tokens[from].Experts) {
			to++
		}
		run := r.Tokens[from:to]
		number(run[0].Used(r.Layers))
		number(len(run))
		for _, t := range run {
			number(t.Bytes)
		}
		b = transposed(b, run, func(t RoutedToken) []uint8 { return t.Experts })
		b = transposed(b, run, func(t RoutedToken) []uint8 { return t.Weights })
		from = to
	}
	packed := bytes.NewBuffer([]byte{routesVersion})
	w, _ := flate.NewWriter(packed, flate.DefaultCompression)
	w.Write(b) // a buffer takes everything
	w.Close()
	return packed.Bytes()
}

// transposed appends value i of all tokens, for each i.
func transposed(b []byte, run []RoutedToken, values func(RoutedToken) []uint8) []byte {
	for i := range values(run[0]) {
		for _, t := range run {
			b = append(b, values(t)[i])
		}
	}
	return b
}

var errRoutes = errors.New("the record of a reply's experts is damaged")

func decodeRoutes(record []byte) (r Routes, err error) {
	if len(record) == 0 || record[0] != routesVersion {
		return r, fmt.Errorf("the record of a reply's experts is of a version that this program does not know")
	}
	content, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(record[1:])), mostRoutes))
	if err != nil {
		return r, errRoutes
	}
	d := routesReader{left: content}
	r.Experts, r.Layers = d.number(256), d.number(1<<16)
	for range d.number(256) {
		r.Names = append(r.Names, string(d.take(d.number(len(d.left)))))
	}
	for len(d.left) > 0 && !d.bad {
		d.run(&r)
	}
	if d.bad {
		return Routes{}, errRoutes
	}
	return r, nil
}

// routesReader reads numbers; after the first that cannot be, nothing.
type routesReader struct {
	left []byte
	bad  bool
}

func (d *routesReader) number(most int) int {
	n, size := binary.Uvarint(d.left)
	if d.bad || size <= 0 || n > uint64(most) {
		d.bad = true
		return 0
	}
	d.left = d.left[size:]
	return int(n)
}

func (d *routesReader) take(n int) []byte {
	if d.bad || n < 0 || n > len(d.left) {
		d.bad = true
		return nil
	}
	taken := d.left[:n]
	d.left = d.left[n:]
	return taken
}

func (d *routesReader) run(r *Routes) {
	used := d.number(256)
	n := d.number(len(d.left))
	tokens := make([]RoutedToken, n)
	for i := range tokens {
		tokens[i].Bytes = d.number(1 << 31)
	}
	each := used * r.Layers
	ids, weights := d.take(each*n), d.take(each*n)
	if d.bad || n == 0 {
		d.bad = true
		return
	}
	for i := range tokens {
		if each == 0 {
			break
		}
		t := &tokens[i]
		t.Experts, t.Weights = make([]uint8, each), make([]uint8, each)
		for k := range each {
			t.Experts[k], t.Weights[k] = ids[k*n+i], weights[k*n+i]
			d.bad = d.bad || int(t.Experts[k]) >= r.Experts
		}
	}
	r.Tokens = append(r.Tokens, tokens...)
}
