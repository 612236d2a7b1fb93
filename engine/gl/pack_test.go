package gl

import (
	"slices"
	"strings"
	"testing"

	"beyonder/engine/quant"
	"beyonder/shaders"
)

// Every format that pack writes has its include, and the other way round.
func TestFormatsHaveShaders(t *testing.T) {
	var names []string
	for typ := range formats {
		names = append(names, name(typ))
	}
	slices.Sort(names)
	want := shaders.Formats()
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("packed are %v, shaders decode %v", names, want)
	}
}

// Packing keeps every byte of a row, and takes no more memory than the padding
// of Q3_K and of the last quad.
func TestPackKeepsEverything(t *testing.T) {
	for typ, f := range formats {
		const n = 512
		src := make([]byte, typ.RowBytes(n))
		for i := range src {
			src[i] = byte(1 + i%255)
		}
		dst := make([]byte, f.stride(n))
		f.pack(typ, n, dst, src)
		if len(dst) > len(src)+2*n/256+16 || len(dst)%16 != 0 {
			t.Errorf("%v: %d bytes became %d", typ, len(src), len(dst))
		}
		slices.Sort(src)
		packed := slices.DeleteFunc(slices.Sorted(slices.Values(dst)), func(b byte) bool { return b == 0 })
		if !slices.Equal(packed, src) {
			t.Errorf("%v: not every byte is there once", typ)
		}
	}
}

func TestRowBytes(t *testing.T) {
	for typ, want := range map[string]int64{
		"Q4_K": 4096 / 256 * 144, "Q8_0": 4096 / 32 * 34, "Q6_K": 4096 / 256 * 210, "F32": 4 * 4096,
		"IQ2_XXS": 4096 / 32 * 34, // kept as Q8_0
		"I32":     0,              // never weights
	} {
		if got := RowBytes(typ, 4096); got != want {
			t.Errorf("a row of 4096 of %s: %d bytes, want %d", typ, got, want)
		}
	}
	if native(quant.MXFP4, 33) != quant.F32 {
		t.Error("rows that are no whole blocks of Q8_0 are not kept as F32")
	}
}

func TestSoftwareName(t *testing.T) {
	for renderer, want := range map[string]string{
		"llvmpipe (LLVM 15.0.6, 256 bits)": "llvmpipe", "GDI Generic": "GDI Generic", "SVGA3D; build: RELEASE": "SVGA3D",
		"Google SwiftShader": "SwiftShader", "NVIDIA GeForce RTX 3090/PCIe/SSE2": "", "Mesa Intel(R) Arc(tm) A750 Graphics (DG2)": "",
		"AMD Radeon RX 7900 XTX (radeonsi, navi31)": "",
	} {
		if got := softwareName(renderer); got != want {
			t.Errorf("%s: %q, want %q", renderer, got, want)
		}
	}
	for _, err := range []error{&SoftwareError{"llvmpipe"}, &VersionError{"3.3"}, &LostError{"the driver reset it"}, ErrNoDisplay} {
		if s := err.Error(); strings.ContainsAny(s, "\n") || s == "" {
			t.Errorf("%q is not a sentence", s)
		}
	}
}
