//go:build cgo && !darwin

package gl

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"beyonder/engine/compute"
	"beyonder/engine/compute/computetest"
	"beyonder/engine/quant"
)

// Every shape that tuning may find computes the same, and so do the workgroups
// that suit cards; and sums without subgroups, where cards have them.
func TestShapes(t *testing.T) {
	for i, s := range []shape{{64, 8}, {256, 1}} {
		computetest.Run(t, computetest.Suite{
			New: func(t *testing.T) compute.Device {
				d := open(t, Options{})
				d.Plain()
				if i == 0 {
					d.tiles = hardware
				}
				for typ := range formats {
					d.shapes[name(typ)] = s
				}
				return d
			},
			Types: []quant.Type{quant.Q4_K}, Tolerance: 3e-5,
		})
	}
}

// What tuning has found and compiled is found again by the next device, and does
// not matter where it is damaged.
func TestTune(t *testing.T) {
	dir := t.TempDir()
	tune := func() map[string]shape {
		d := open(t, Options{Cache: dir})
		defer d.Close()
		d.tunes = true
		w, _ := blocks(t, quant.Q4_K, 256, 128)
		if _, err := d.Upload(w); err != nil {
			t.Fatal(err)
		}
		if err := d.Tune(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(d.shapes) != 1 {
			t.Errorf("the shapes are %v", d.shapes)
		}
		longPrompt(t, d)
		return d.shapes
	}
	first := tune()
	files, err := filepath.Glob(filepath.Join(dir, cabinetPrefix+"*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("kept are %q (%v)", files, err)
	}
	if again := tune(); again["q4_k"] != first["q4_k"] {
		t.Errorf("found were %v, then %v", first, again)
	}
	for _, damage := range [][]byte{
		[]byte("BGL1 damaged"),
		seal(12345, []byte("no program at all")), // the driver does not like what is below the checksum
	} {
		for _, f := range files {
			if err := os.WriteFile(f, damage, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tune()
	}
}

// Weights go the long way round where there is no ring.
func TestWithoutARing(t *testing.T) {
	d := open(t, Options{})
	defer d.Close()
	if r := d.openRing(1 << 16); r == nil {
		t.Error("there is no ring")
	} else {
		d.do(r.free)
	}
	d.noRing = true
	longPrompt(t, d)
	if d.ring != nil {
		t.Error("there is a ring all the same")
	}
}
