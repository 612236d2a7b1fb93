// Package compute is the seam between what a transformer does and the device
// that does it: one verb for each step of a transformer, nothing more general.
//
// Its one rule: verbs are recorded in order and report no errors. The first
// failure sticks and Read returns it, as with bufio.Writer; that is also how a
// GPU queue works. It does not know what a layer is, or where weights come from.
package compute

import (
	"context"
	"fmt"

	"beyonder/engine/quant"
)

// Device runs the steps of a transformer. Rows hold one row per token, so that
// reading a prompt (many rows) and writing a token (one row) are the same
// calls; the device chooses its matrix-matrix or matrix-vector kernel.
//
// A Device is used by one goroutine at a time. Rows, matrices and caches belong
// to the device that made them and live until its Close.
type Device interface {
	// Name is what users read: "CPU (AVX-512)".
	Name() string

	// Upload takes a matrix over. Data must stay readable until Close: a CPU
	// reads it in place.
	Upload(w Weights) (Matrix, error)
	// UploadExperts takes the same matrix of every expert; types may differ.
	UploadExperts(ws []Weights) (Experts, error)
	// NewRows makes room for n rows of width float32 each.
	NewRows(n, width int) (Rows, error)
	// NewChoices makes room for n rows of used experts each.
	NewChoices(n, used int) (Choices, error)
	// NewCache makes the KV cache.
	NewCache(c CacheShape) (Cache, error)

	// Begin arms the following verbs with ctx and forgets the last failure. When
	// ctx ends, the verbs still to come do nothing and Read returns its error.
	Begin(ctx context.Context)

	// Write sets the rows of dst to src, row by row (len(src) = rows × width): what
	// another device computed.
	Write(dst Rows, src []float32)
	// Embed sets row t of dst to row ids[t] of table.
	Embed(dst Rows, table Matrix, ids []int32)
	// RMSNorm sets dst = x / sqrt(mean(x²)+eps) · gain, row by row; dst may be x.
	RMSNorm(dst, x Rows, gain Matrix, eps float32)
	// MatMul sets dst = x·wᵀ.
	MatMul(dst Rows, w Matrix, x Rows)
	// MatMulAdd adds x·wᵀ to dst: the residual.
	MatMulAdd(dst Rows, w Matrix, x Rows)
	// Rotate applies RoPE in place to rows at positions pos, pos+1, …
	Rotate(x Rows, r Rope, pos int)
	// Remember writes keys and values of positions pos, pos+1, … of a layer.
	Remember(c Cache, layer, pos int, k, v Rows)
	// Attend sets dst to the causal attention of q (positions pos, pos+1, …)
	// over what the layer's cache remembers; scores are scaled by 1/√headDim.
	Attend(dst, q Rows, c Cache, layer, pos int)
	// SwiGLU sets dst = silu(gate) ⊙ up; dst may be gate.
	SwiGLU(dst, gate, up Rows)
	// Prefer adds bias, one value for each column, to every row of x: what is added
	// to a router's logits decides with them which experts Route chooses. A value
	// of -1e30 rules an expert out; its weight is 0 if it is chosen for want of others.
	Prefer(x Rows, bias []float32)
	// Route chooses, for each row of router logits, the experts with the largest
	// logits (ties: the lower id) and gives them the softmax over the chosen as
	// weights, which equals the renormalised softmax over all.
	Route(dst Choices, logits Rows)
	// ExpertMatMul sets row t·used+j of dst to x[t]·wᵀ of the j-th expert chosen for t.
	ExpertMatMul(dst Rows, w Experts, x Rows, c Choices)
	// ExpertMatMulAdd adds to row t of dst the weighted sum over j of
	// x[t·used+j]·wᵀ of the j-th expert chosen for t.
	ExpertMatMulAdd(dst Rows, w Experts, x Rows, c Choices)

	// Read waits for the verbs recorded so far and copies x to dst, row by row
	// (len(dst) = rows × width). It returns the first failure since Begin.
	Read(dst []float32, x Rows) error
	// ReadChoices is Read for what Route chose: ids and weights, n × used.
	ReadChoices(ids []int32, weights []float32, c Choices) error

	// Close gives everything back.
	Close() error
}

// Weights is a matrix as it stands in a file: Out rows of In weights each.
type Weights struct {
	Name    string // for messages
	Type    quant.Type
	In, Out int    // columns (contiguous), rows
	Data    []byte // Out × Type.RowBytes(In)

	// HalfInput rounds the activations to float16 before the product. Routers
	// stored in float16 were trained and measured that way: ggml multiplies
	// float16 matrices with float16 activations, and a near-tie between two
	// experts must fall as it did there.
	HalfInput bool
}

// Matrix is a device's own form of Weights.
type Matrix interface {
	Shape() (in, out int)
}

// Experts is a device's own form of one matrix of every expert.
type Experts interface {
	Count() int
}

// Buffer is a piece of a device's memory.
type Buffer interface {
	Bytes() int64
}

// Rows is a run of rows in a Buffer of float32, one row per token.
type Rows struct {
	Buf   Buffer
	From  int // index of the first row in Buf
	N     int // rows
	Width int // float32 per row
}

// Slice is the n rows from from on, in the same memory.
func (r Rows) Slice(from, n int) Rows {
	r.From += from
	r.N = n
	return r
}

// Choices is what Route chose: per row, Used expert ids with weights.
type Choices struct {
	Buf  Buffer
	N    int // rows
	Used int // experts per row
}

// First is the first n rows, in the same memory.
func (c Choices) First(n int) Choices {
	c.N = n
	return c
}

// CacheShape says how large a KV cache is.
type CacheShape struct {
	Layers  int
	Tokens  int  // positions
	KVHeads int  // key and value heads
	HeadDim int  // float32 or float16 per head
	F16     bool // keep float16 instead of float32
	Q8      bool // keep blocks of 32 values as a scale and a byte each (HeadDim is a multiple of 32)
}

// Bytes is the memory that keys and values take.
func (s CacheShape) Bytes() int64 {
	head := 4 * int64(s.HeadDim)
	switch {
	case s.Q8:
		head = int64(s.HeadDim) + 4*int64(s.HeadDim/32)
	case s.F16:
		head = 2 * int64(s.HeadDim)
	}
	return 2 * head * int64(s.Layers) * int64(s.Tokens) * int64(s.KVHeads)
}

// Check refuses shapes that no device can keep.
func (s CacheShape) Check() error {
	if s.Q8 && s.HeadDim%32 != 0 {
		return fmt.Errorf("a KV cache of type q8_0 needs heads of a multiple of 32 values, not of %d: use f16", s.HeadDim)
	}
	return nil
}

// Cache is a device's KV cache. What was remembered at a position stays until
// it is written again, so going back needs no call.
type Cache interface {
	Shape() CacheShape
}

// Saver is a Cache whose positions can be taken out and put back, so that what
// was read once need not be read again.
type Saver interface {
	// PositionBytes is what one position takes over all layers.
	PositionBytes() int
	// Save writes position p to b, of PositionBytes.
	Save(b []byte, p int)
	// Restore puts back at position p what Save wrote.
	Restore(b []byte, p int)
}

// Rope is a rotary position embedding, every kind of scaling already applied.
type Rope struct {
	HeadDim int       // float32 per head
	Freqs   []float64 // radians per position, one per rotated pair (at most HeadDim/2)
	Scale   float32   // multiplies the rotated values: YaRN's mscale, else 1
	Half    bool      // pairs are (p, p+dims/2) instead of neighbours (2p, 2p+1)
}
