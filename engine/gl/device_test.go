//go:build cgo && !darwin

package gl

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"beyonder/engine/compute"
	"beyonder/engine/compute/computetest"
	"beyonder/engine/quant"
)

// decoded are the types that shaders decode, converted the others.
var (
	decoded = []quant.Type{
		quant.F32, quant.F16, quant.BF16, quant.Q8_0, quant.Q4_0, quant.Q4_1, quant.Q5_0, quant.Q5_1,
		quant.Q2_K, quant.Q3_K, quant.Q4_K, quant.Q5_K, quant.Q6_K, quant.IQ4_NL, quant.IQ4_XS,
	}
	converted = []quant.Type{
		quant.IQ1_S, quant.IQ1_M, quant.IQ2_XXS, quant.IQ2_XS, quant.IQ2_S, quant.IQ3_XXS, quant.IQ3_S,
		quant.TQ1_0, quant.TQ2_0, quant.MXFP4, quant.NVFP4,
	}
)

func TestDevice(t *testing.T) {
	computetest.Run(t, computetest.Suite{New: device, Types: decoded, Tolerance: 3e-5})
}

// Types that shaders do not decode become Q8_0, within what that rounds away,
// and users are told.
func TestConverted(t *testing.T) {
	d := open(t, Options{})
	defer d.Close()
	for _, typ := range converted {
		const in, out = 512, 9
		w, values := blocks(t, typ, in, out)
		m, err := d.Upload(w)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := d.NewRows(out, in)
		if err != nil {
			t.Fatal(err)
		}
		d.Embed(rows, m, []int32{0, 1, 2, 3, 4, 5, 6, 7, 8})
		got := make([]float32, in*out)
		if err := d.Read(got, rows); err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(got); at += 32 { // a block of Q8_0
			most := 0.0
			for _, v := range values[at : at+32] {
				most = max(most, math.Abs(float64(v)))
			}
			for i := at; i < at+32; i++ {
				const half = 0x1p-25 * 128 // what rounding a subnormal scale does to the largest level
				if off := math.Abs(float64(got[i] - values[i])); off > most/230+half {
					t.Fatalf("%v: weight %d is %v, want %v", typ, i, got[i], values[i])
				}
			}
		}
		if notes := strings.Join(d.Notes(), "; "); !strings.Contains(notes, typ.String()+" as Q8_0") {
			t.Errorf("users are not told of %v: %q", typ, notes)
		}
	}
}

// blocks is a matrix of random bits of a type, of ordinary size, and its values.
func blocks(t *testing.T, typ quant.Type, in, out int) (compute.Weights, []float32) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, uint64(typ)))
	w := compute.Weights{Name: typ.String(), Type: typ, In: in, Out: out, Data: make([]byte, out*typ.RowBytes(in))}
	values := make([]float32, in*out)
	size, elems := typ.BlockBytes(), typ.BlockElems()
	for b := 0; b < len(w.Data)/size; b++ {
		for fine := false; !fine; {
			for i := range size {
				w.Data[b*size+i] = byte(rng.Uint32())
			}
			part := values[b*elems : (b+1)*elems]
			quant.Dequantize(typ, part, w.Data[b*size:(b+1)*size])
			fine = !slices.ContainsFunc(part, func(v float32) bool { return !(math.Abs(float64(v)) < 100) })
		}
	}
	return w, values
}

// Where a driver allows only small buffers, as Mesa's 128 MiB are to large models,
// matrices and experts are kept in several: 65 rows cut every matrix, 200 keep
// two experts together.
func TestSlabs(t *testing.T) {
	for _, rows := range []int64{65, 200} {
		computetest.Run(t, computetest.Suite{
			New:   func(t *testing.T) compute.Device { return narrow{open(t, Options{}), rows} },
			Types: []quant.Type{quant.F32, quant.Q4_K, quant.Q6_K}, Tolerance: 3e-5,
		})
	}
}

// narrow uploads under a limit of a few rows in a buffer, and gives out memory
// that holds no numbers: what a verb does not write is found out.
type narrow struct {
	*Device
	rows int64
}

func (d narrow) Upload(w compute.Weights) (m compute.Matrix, err error) {
	d.limited(w, func() { m, err = d.Device.Upload(w) })
	return m, err
}

func (d narrow) UploadExperts(ws []compute.Weights) (e compute.Experts, err error) {
	d.limited(ws[0], func() { e, err = d.Device.UploadExperts(ws) })
	return e, err
}

func (d narrow) limited(w compute.Weights, upload func()) {
	all := d.thread.limits.block
	defer func() { d.thread.limits.block = all }()
	if w.In%256 == 0 && w.Out >= 64 {
		d.thread.limits.block = d.rows * int64(formats[native(w.Type, w.In)].stride(w.In))
	}
	upload()
}

func (d narrow) NewRows(n, width int) (compute.Rows, error) {
	r, err := d.Device.NewRows(n, width)
	poison := make([]float32, n*padded(width))
	for i := range poison {
		if i%padded(width) < width {
			poison[i] = float32(math.NaN())
		}
	}
	return r, errors.Join(err, d.put(buf(r), 0, bytesOf(poison)))
}

// Long prompts use larger tiles than the suite's, and products are cut where a
// dispatch would take too long.
func TestLongPrompt(t *testing.T) {
	d := open(t, Options{})
	defer d.Close()
	largest := hardware
	largest.broad = tile{64, 64, 8}
	for _, tiles := range []tiles{hardware, emulated, largest} {
		d.tiles = tiles
		longPrompt(t, d)
	}
}

func longPrompt(t *testing.T, d *Device) {
	const rows, in, out = 150, 256, 200
	w, values := blocks(t, quant.Q4_K, in, out)
	m, err := d.Upload(w)
	if err != nil {
		t.Fatal(err)
	}
	table, x := blocks(t, quant.Q5_K, in, rows)
	xs, err := d.Upload(table)
	if err != nil {
		t.Fatal(err)
	}
	from, _ := d.NewRows(rows, in)
	to, err := d.NewRows(rows, out)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]int32, rows)
	for i := range ids {
		ids[i] = int32(i)
	}
	d.Embed(from, xs, ids)
	d.MatMul(to, m, from)
	got := make([]float32, rows*out)
	if err := d.Read(got, to); err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		sum, size := 0.0, 0.0
		for k := range in {
			p := float64(x[i/out*in+k]) * float64(values[i%out*in+k])
			sum += p
			size += p * p
		}
		if math.Abs(float64(v)-sum) > 3e-5*math.Sqrt(size) {
			t.Fatalf("value %d is %v, want %v", i, v, sum)
		}
	}
}

// A vocabulary of many short rows takes more workgroups than a dispatch may have.
func TestManyRows(t *testing.T) {
	d := open(t, Options{})
	defer d.Close()
	const in, out = 32, 70000
	w, values := blocks(t, quant.Q8_0, in, out)
	d.shapes[name(quant.Q8_0)] = shape{32, 1}
	m, err := d.Upload(w)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := d.NewRows(1, in)
	y, err := d.NewRows(1, out)
	if err != nil {
		t.Fatal(err)
	}
	d.Embed(x, m, []int32{out - 1})
	d.MatMul(y, m, x)
	d.MatMul(y, m, x) // neighbours of the same row go together, if they can
	got := make([]float32, out)
	if err := d.Read(got, y); err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		sum, size := 0.0, 0.0
		for k := range in {
			p := float64(values[(out-1)*in+k]) * float64(values[i*in+k])
			sum += p
			size += p * p
		}
		if math.Abs(float64(v)-sum) > 3e-5*math.Sqrt(size) {
			t.Fatalf("value %d is %v, want %v", i, v, sum)
		}
	}
}

// A buffer beyond what the driver allows is refused before the driver sees it.
func TestTooLarge(t *testing.T) {
	d := open(t, Options{})
	defer d.Close()
	if _, err := d.NewRows(1<<20, 1<<12); err == nil || !strings.Contains(err.Error(), "choose a smaller context") {
		t.Errorf("16 GiB of rows: got error %v", err)
	}
	if _, err := d.NewCache(compute.CacheShape{Layers: 1, Tokens: 1 << 27, KVHeads: 8, HeadDim: 128}); err == nil {
		t.Error("a cache of half a terabyte was made")
	}
}

// A device that is lost stays so, whatever Begin says, and can be closed.
func TestLost(t *testing.T) {
	d := open(t, Options{})
	defer d.Close()
	x, err := d.NewRows(1, 32)
	if err != nil {
		t.Fatal(err)
	}
	d.fail(&LostError{"the driver reset it"})
	d.Begin(context.Background())
	var lost *LostError
	if err := d.Read(make([]float32, 32), x); !errors.As(err, &lost) {
		t.Errorf("reading from a lost device: got error %v", err)
	}
	if _, err := d.NewRows(1, 32); !errors.As(err, &lost) {
		t.Errorf("making room on a lost device: got error %v", err)
	}
}

// A dispatch that never ends costs the device, not the process: everything after it
// fails at once.
func TestHang(t *testing.T) {
	d := open(t, Options{})
	x, err := d.NewRows(1, 32)
	if err != nil {
		t.Fatal(err)
	}
	d.hang = 100 * time.Millisecond
	over := make(chan struct{})
	d.thread.calls <- func() { <-over }
	began := time.Now()
	var lost *LostError
	if err := d.Read(make([]float32, 32), x); !errors.As(err, &lost) || !strings.Contains(lost.Cause, "silent") {
		t.Errorf("reading from a device that hangs: got error %v", err)
	}
	if _, err := d.NewRows(1, 32); !errors.As(err, &lost) || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: got error %v", time.Since(began), err)
	}
	close(over)
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// A window's process lends no thread: there, and where there is no display, Open
// says why in a sentence and at once.
func TestNowhere(t *testing.T) {
	lent.Store(false)
	_, err := Open(Options{Software: true})
	lent.Store(true)
	if os.Getenv("DISPLAY") != "" && (err == nil || !strings.Contains(err.Error(), "engine's own process")) {
		t.Errorf("without a thread: got error %v", err)
	}
	if runtime.GOOS == "linux" {
		t.Setenv("DISPLAY", "")
		if _, err := Open(Options{Software: true, NoEGL: true}); !errors.Is(err, ErrNoDisplay) {
			t.Errorf("without a display: got error %v", err)
		}
	}
}

// Without a display there is EGL, on Linux: the same device, the same results,
// and software is refused there as well.
func TestOffscreen(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has graphics cards without a display")
	}
	t.Setenv("DISPLAY", "")
	d, err := Open(Options{Software: true, Debug: true})
	if err != nil && os.Getenv("BEYONDER_WINDOW_TESTS") != "required" {
		t.Skipf("SKIPPED: EGL is not tested: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	longPrompt(t, d)
	t.Setenv("BEYONDER_GL_SOFTWARE", "")
	var software *SoftwareError
	if _, err := Open(Options{}); !hardwareWanted() && !errors.As(err, &software) {
		t.Errorf("without a display, in software: got error %v", err)
	}
}

// A display that takes connections and never answers costs patience, not the
// process: Open fails, and the process ends by itself.
func TestSilentDisplay(t *testing.T) {
	if testing.Short() || runtime.GOOS != "linux" {
		t.Skip("takes as long as a driver may")
	}
	const number = "4711"
	path := "/tmp/.X11-unix/X" + number
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Skipf("SKIPPED: a silent display cannot be made: %v", err)
	}
	defer l.Close()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*patience)
	defer stop()
	child := exec.CommandContext(ctx, program)
	child.Env = append(os.Environ(), "BEYONDER_GL_SILENT=1", "DISPLAY=:"+number)
	child.Run()
	if status := child.ProcessState.ExitCode(); status != silentStatus {
		t.Errorf("the child ended with status %d, want %d", status, silentStatus)
	}
}

const silentStatus = 42

// silent is the child's main.
func silent() int {
	for range 2 { // the second time it is known at once
		if _, err := Open(Options{Software: true}); !errors.Is(err, errSilent) {
			return 1
		}
	}
	return silentStatus
}

// Software renderers are no one's graphics card.
func TestSoftwareIsRefused(t *testing.T) {
	open(t, Options{}).Close()
	if hardwareWanted() {
		t.Skip("the renderer is hardware")
	}
	t.Setenv("BEYONDER_GL_SOFTWARE", "")
	_, err := Open(Options{})
	var software *SoftwareError
	if !errors.As(err, &software) || software.Renderer != "llvmpipe" {
		t.Errorf("got error %v", err)
	}
}
