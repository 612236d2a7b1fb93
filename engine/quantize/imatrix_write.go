package quantize

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// Sums is an importance matrix as it is made: squares not yet divided.
type Sums struct {
	Datasets []string // what was read
	Chunks   int
	Tokens   int // of a chunk
	Entries  []Entry
}

// Entry is a tensor's.
type Entry struct {
	Name   string
	Sums   []float64 // of squares, equally many for each count
	Counts []int64   // rows that each of the tensor's matrices was multiplied with
}

// Save writes an importance matrix that llama.cpp reads as well: in the older
// form if the name ends in .dat, else as GGUF. The file has its name when it is
// whole, not before.
func (s *Sums) Save(path string) error {
	entries := slices.Clone(s.Entries)
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	write := s.writeGGUF
	if strings.HasSuffix(path, ".dat") {
		write = s.writeLegacy
	}
	file, err := gguf.NewDraft(path)
	if err != nil {
		return fmt.Errorf("cannot write the importance matrix: %w", err)
	}
	b := bufio.NewWriter(file)
	if err := errors.Join(write(b, entries), b.Flush()); err != nil {
		return fmt.Errorf("cannot write the importance matrix: %w", errors.Join(err, file.Discard()))
	}
	if err := file.Finish(); err != nil {
		return fmt.Errorf("cannot write the importance matrix: %w", err)
	}
	return nil
}

// writeGGUF writes today's form: NAME.in_sum2 and NAME.counts.
func (s *Sums) writeGGUF(w io.Writer, entries []Entry) error {
	datasets := s.Datasets
	if datasets == nil {
		datasets = []string{}
	}
	keys := []gguf.KV{
		{Key: "general.type", Value: "imatrix"},
		{Key: "imatrix.datasets", Value: datasets},
		{Key: "imatrix.chunk_count", Value: uint32(s.Chunks)},
		{Key: "imatrix.chunk_size", Value: uint32(s.Tokens)},
	}
	var tensors []gguf.TensorSource
	for _, e := range entries {
		row, matrices := uint64(len(e.Sums)/len(e.Counts)), uint64(len(e.Counts))
		var sums, counts []byte
		for _, v := range e.Sums {
			sums = binary.LittleEndian.AppendUint32(sums, math.Float32bits(float32(v)))
		}
		for _, n := range e.Counts {
			counts = binary.LittleEndian.AppendUint32(counts, math.Float32bits(float32(n)))
		}
		tensors = append(tensors,
			gguf.TensorSource{Name: e.Name + ".in_sum2", Type: quant.F32, Shape: []uint64{row, matrices}, Data: sums},
			gguf.TensorSource{Name: e.Name + ".counts", Type: quant.F32, Shape: []uint64{1, matrices}, Data: counts})
	}
	return gguf.Write(w, keys, tensors)
}

// writeLegacy writes the older form: mean squares times the number of chunks. It
// has no place for how often an expert was chosen; one that never was has ones.
func (s *Sums) writeLegacy(w io.Writer, entries []Entry) error {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, uint32(len(entries)))
	for _, e := range entries {
		calls := (slices.Max(e.Counts) + int64(s.Tokens) - 1) / int64(max(1, s.Tokens))
		b = le.AppendUint32(b, uint32(len(e.Name)))
		b = append(b, e.Name...)
		b = le.AppendUint32(le.AppendUint32(b, uint32(calls)), uint32(len(e.Sums)))
		row := len(e.Sums) / len(e.Counts)
		for i, v := range e.Sums {
			mean := 1.0
			if n := e.Counts[i/row]; n > 0 {
				mean = v / float64(n)
			}
			b = le.AppendUint32(b, math.Float32bits(float32(mean*float64(calls))))
		}
	}
	name := strings.Join(s.Datasets, ", ")
	b = le.AppendUint32(b, uint32(s.Chunks))
	b = append(le.AppendUint32(b, uint32(len(name))), name...)
	_, err := w.Write(b)
	return err
}
