package quantize

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"beyonder/engine/gguf"
	"beyonder/engine/quant"
)

// Imatrix is how much each column of a model's matrices matters: the mean square
// of what it was multiplied with while a text was read.
type Imatrix struct {
	File     string // base name
	Datasets []string
	Chunks   int // of text that were read; 0: not known

	means map[string][]float32 // by tensor; of a stack of experts one after another
}

// ReadImatrix reads an importance matrix: a GGUF file, or one of the older form
// without a name, usually called .dat.
func ReadImatrix(path string) (*Imatrix, error) {
	start, err := firstBytes(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the importance matrix: %w", err)
	}
	var m *Imatrix
	if start == "GGUF" {
		m, err = openImatrix(path)
	} else {
		m, err = readLegacy(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the importance matrix %s: %w", filepath.Base(path), err)
	}
	m.File = filepath.Base(path)
	return m, nil
}

func firstBytes(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var b [4]byte
	n, _ := f.Read(b[:]) // a short file is told about by who reads it
	return string(b[:n]), nil
}

// openImatrix reads the GGUF form: NAME.in_sum2, sums of squares, and NAME.counts,
// one for each matrix of the tensor.
func openImatrix(path string) (*Imatrix, error) {
	f, err := gguf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m := &Imatrix{means: map[string][]float32{}}
	if fault := f.Guard(func() { err = m.addTensors(f) }); fault != nil || err != nil {
		return nil, errors.Join(fault, err)
	}
	if m.Datasets, _, err = f.Strings("imatrix.datasets"); err != nil {
		return nil, err
	}
	chunks, _, err := f.Uint("imatrix.chunk_count")
	m.Chunks = int(min(chunks, math.MaxInt32))
	return m, err
}

func (m *Imatrix) addTensors(f *gguf.File) error {
	for _, t := range f.Tensors() {
		name, ok := strings.CutSuffix(t.Name, ".in_sum2")
		if !ok {
			continue
		}
		counts, ok := f.Tensor(name + ".counts")
		if !ok || t.Type != quant.F32 || counts.Type != quant.F32 {
			return fmt.Errorf("tensor %q has no sums and counts in 32-bit floats", name)
		}
		values, err := means(floats(t), floats(counts))
		if err != nil {
			return fmt.Errorf("tensor %q %w", name, err)
		}
		m.means[name] = values
	}
	if len(m.means) == 0 {
		return errors.New("it holds no sums of squares (NAME.in_sum2); choose an importance matrix")
	}
	return nil
}

func floats(t gguf.Tensor) []float32 {
	x := make([]float32, t.Elems())
	quant.Dequantize(quant.F32, x, t.Data)
	return x
}

// means divides sums, equally many for each count, in place. A matrix that saw
// no token, an expert never chosen, has columns that matter equally.
func means(sums, counts []float32) ([]float32, error) {
	if len(sums)%len(counts) != 0 {
		return nil, fmt.Errorf("has %d sums for %d counts", len(sums), len(counts))
	}
	n := len(sums) / len(counts)
	for e, count := range counts {
		part := sums[e*n : (e+1)*n]
		for i := range part {
			if part[i] /= count; !(count > 0) {
				part[i] = 1
			}
		}
	}
	return sums, checkMeans(sums)
}

func checkMeans(values []float32) error {
	for i, v := range values {
		if !(v >= 0) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("has the importance %v in column %d; make the matrix again", v, i)
		}
	}
	return nil
}

func readLegacy(path string) (*Imatrix, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseLegacy(b)
}

var errShort = errors.New("it is cut short or no importance matrix; choose another file")

// legacy reads little-endian numbers; the first that is missing makes it fail.
type legacy struct {
	rest []byte
	err  error
}

func (l *legacy) take(n int) []byte {
	if n < 0 || n > len(l.rest) {
		l.err, l.rest = errShort, nil
		return nil
	}
	b := l.rest[:n]
	l.rest = l.rest[n:]
	return b
}

func (l *legacy) int() int {
	if b := l.take(4); b != nil {
		return int(int32(binary.LittleEndian.Uint32(b)))
	}
	return 0
}

func (l *legacy) text() string { return string(l.take(l.int())) }

// parseLegacy reads the older form: a count of entries, each with its name, the
// number of calls, and mean squares times that number; then, in later versions,
// the number of chunks and the text's name.
func parseLegacy(b []byte) (*Imatrix, error) {
	m, l := &Imatrix{means: map[string][]float32{}}, &legacy{rest: b}
	entries := l.int()
	for range entries {
		name, calls, count := l.text(), l.int(), l.int()
		raw := l.take(4 * min(count, math.MaxInt32/4))
		if l.err != nil || count < 1 || name == "" {
			return nil, errShort
		}
		if calls <= 0 {
			continue
		}
		values := make([]float32, count)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])) / float32(calls)
		}
		if err := checkMeans(values); err != nil {
			return nil, fmt.Errorf("tensor %q %w", name, err)
		}
		m.means[name] = values
	}
	if l.err != nil || len(m.means) == 0 {
		return nil, errShort
	}
	if len(l.rest) > 0 {
		m.Chunks = max(0, l.int())
		m.Datasets = []string{string(bytes.ToValidUTF8([]byte(l.text()), nil))}
	}
	return m, l.err
}

// splitExpert is the name of an expert in a tensor of its own.
var splitExpert = regexp.MustCompile(`^(blk\.\d+\.ffn_(?:gate|down|up))\.(\d+)\.weight$`)

// of is the importance of the columns of each matrix of t, nil if the file says
// nothing of t. Experts are found whether they are stacked here or there.
func (m *Imatrix) of(t gguf.Tensor) ([][]float32, error) {
	if m == nil {
		return nil, nil
	}
	row, matrices := int(t.Shape[0]), 1
	for _, d := range t.Shape[min(2, len(t.Shape)):] {
		matrices *= int(d)
	}
	if values, ok := m.means[t.Name]; ok {
		if len(values) != row*matrices {
			return nil, fmt.Errorf("the importance matrix has %d columns for tensor %q, which has %d: it was made with another model", len(values), t.Name, row*matrices)
		}
		return slicesOf(values, row), nil
	}
	if parts := splitExpert.FindStringSubmatch(t.Name); parts != nil {
		return m.slice(t.Name, parts[1]+"_exps.weight", parts[2], row)
	}
	if name, ok := strings.CutSuffix(t.Name, "_exps.weight"); ok {
		return m.gather(name, row, matrices)
	}
	return nil, nil
}

// slice finds one expert in the entry of the stack of all.
func (m *Imatrix) slice(tensor, stack, expert string, row int) ([][]float32, error) {
	values, ok := m.means[stack]
	if !ok {
		return nil, nil
	}
	var e int
	if _, err := fmt.Sscan(expert, &e); err != nil || len(values)%row != 0 || e >= len(values)/row {
		return nil, fmt.Errorf("the importance matrix has %d columns for %q, of which tensor %q with %d columns is none: it was made with another model", len(values), stack, tensor, row)
	}
	return slicesOf(values[e*row:(e+1)*row], row), nil
}

// gather collects experts that have entries of their own.
func (m *Imatrix) gather(name string, row, matrices int) ([][]float32, error) {
	all, found := make([][]float32, matrices), false
	for e := range all {
		values, ok := m.means[fmt.Sprintf("%s.%d.weight", name, e)]
		if !ok {
			continue
		}
		if len(values) != row {
			return nil, fmt.Errorf("the importance matrix has %d columns for expert %d of %s, which has %d: it was made with another model", len(values), e, name, row)
		}
		all[e], found = slicesOf(values, row)[0], true
	}
	if !found {
		return nil, nil
	}
	return all, nil
}

// slicesOf cuts values into rows. One of zeros says nothing, and becomes nil.
func slicesOf(values []float32, row int) [][]float32 {
	all := make([][]float32, len(values)/row)
	for e := range all {
		part := values[e*row : (e+1)*row]
		for _, v := range part {
			if v > 0 {
				all[e] = part
				break
			}
		}
	}
	return all
}
