// Package shaders holds the compute kernels of the OpenGL device as GLSL 4.30
// text, and composes the text of a variant: includes, sizes, the weight format.
//
// Its one rule: a kernel's first lines say what it computes, what a workgroup of
// it covers and what its arguments are; all sizes come from Go as defines. It
// does not know OpenGL, nor what a layer is.
package shaders

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.comp include/*.glsl
var files embed.FS

// Variant names the text of one program. Sizes that are 0 are not defined.
type Variant struct {
	Kernel string // the name of a .comp file: "matvec"
	Format string // of the weights, the name of an include: "q4_k"

	Workgroup int  // invocations of a workgroup
	Rows      int  // rows of weights for each workgroup
	Columns   int  // rows of activations for each workgroup
	Queries   int  // queries for each workgroup
	HeadDim   int  // values of a head
	F16       bool // the cache holds float16
	Experts   bool // weights are of experts that were chosen
}

// String is short and says all, for messages: "matvec q4_k experts".
func (v Variant) String() string {
	s := v.Kernel
	if v.Format != "" {
		s += " " + v.Format
	}
	if v.Experts {
		s += " experts"
	}
	return s
}

// Formats are the names of the weight formats, each an include.
func Formats() []string {
	return []string{
		"f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q5_0", "q5_1",
		"q2_k", "q3_k", "q4_k", "q5_k", "q6_k", "iq4_nl", "iq4_xs",
	}
}

// Source composes the text of a variant, as it goes to the compiler.
func Source(v Variant) (string, error) {
	body, err := files.ReadFile(v.Kernel + ".comp")
	if err != nil {
		return "", fmt.Errorf("there is no kernel %q", v.Kernel)
	}
	var b strings.Builder
	b.WriteString("#version 430 core\n")
	for _, d := range []struct {
		name  string
		value int
	}{
		{"WORKGROUP", v.Workgroup}, {"ROWS", v.Rows}, {"COLUMNS", v.Columns},
		{"QUERIES", v.Queries}, {"HEAD_DIM", v.HeadDim}, {"F16", one(v.F16)}, {"EXPERTS", one(v.Experts)},
	} {
		if d.value != 0 {
			fmt.Fprintf(&b, "#define %s %d\n", d.name, d.value)
		}
	}
	if err := include(&b, string(body), v.Format); err != nil {
		return "", fmt.Errorf("kernel %s: %w", v.Kernel, err)
	}
	return b.String(), nil
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// include copies text, with the files it includes in their places. "FORMAT"
// stands for the file of the variant's weight format.
func include(b *strings.Builder, text, format string) error {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, `#include "`)
		if !ok {
			b.WriteString(line)
			continue
		}
		name, _, _ := strings.Cut(rest, `"`)
		if name == "FORMAT" {
			name = format + ".glsl"
		}
		part, err := files.ReadFile("include/" + name)
		if err != nil {
			return fmt.Errorf("there is no include %q", name)
		}
		if err := include(b, string(part), format); err != nil {
			return err
		}
	}
	return nil
}
