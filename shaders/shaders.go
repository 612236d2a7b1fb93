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
	Kernel  string    // the name of a .comp file: "matvec"
	Format  string    // of the weights, the name of an include: "q4_k"
	Further [2]string // formats of a second and a third matrix, where a kernel has them

	Workgroup int  // invocations of a workgroup
	Rows      int  // rows of weights for each workgroup
	Columns   int  // rows of activations for each workgroup
	Each      int  // rows and columns of each invocation
	Queries   int  // queries for each workgroup
	HeadDim   int  // values of a head
	F16       bool // the cache holds float16
	Q8        bool // the cache holds blocks of 32 bytes with a scale
	Experts   bool // weights are of experts that were chosen
	Choose    int  // experts to choose from
	Used      int  // experts that are chosen
	Halve     bool // activations are rounded to float16
	Subgroup  bool // sums are made by GL_KHR_shader_subgroup
}

// String is short and says all, for messages: "matvec q4_k experts".
func (v Variant) String() string {
	s := v.Kernel
	if v.Format != "" {
		s += " " + v.Format
	}
	for _, f := range v.Further {
		if f != "" {
			s += "+" + f
		}
	}
	if v.Experts {
		s += " experts"
	}
	if v.Subgroup {
		s += " subgroup"
	}
	return s
}

// Sums tells whether the kernel has a variant with Subgroup.
func (v Variant) Sums() bool {
	switch v.Kernel {
	case "matvec", "rmsnorm", "several", "gates", "down", "choose":
		return true
	}
	return false
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
	if v.Subgroup {
		b.WriteString("#extension GL_KHR_shader_subgroup_basic : require\n#extension GL_KHR_shader_subgroup_arithmetic : require\n#define SUBGROUP 1\n")
	}
	for _, d := range []struct {
		name  string
		value int
	}{
		{"WORKGROUP", v.Workgroup}, {"ROWS", v.Rows}, {"COLUMNS", v.Columns}, {"EACH", v.Each},
		{"QUERIES", v.Queries}, {"HEAD_DIM", v.HeadDim}, {"F16", one(v.F16)}, {"Q8", one(v.Q8)}, {"EXPERTS", max(one(v.Experts), v.Choose)},
		{"USED", v.Used}, {"HALVE", one(v.Halve)}, {"FORMAT2", one(v.Further[1] != "")},
	} {
		if d.value != 0 {
			fmt.Fprintf(&b, "#define %s %d\n", d.name, d.value)
		}
	}
	c := composer{b: &b, formats: [3]string{v.Format, v.Further[0], v.Further[1]}, seen: map[string]bool{}}
	if err := c.include(string(body), 0); err != nil {
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

// composer puts a text together.
type composer struct {
	b       *strings.Builder
	formats [3]string
	seen    map[string]bool // what is included once
}

// include copies text, with the files it includes in their places, each once.
// "FORMAT" stands for the file of the n-th weight format, which is included for
// every matrix; "MATRIX0" to "MATRIX2" for matrix.glsl in names of their own.
func (c *composer) include(text string, n int) error {
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(line, `#include "`)
		if !ok {
			c.b.WriteString(line)
			continue
		}
		name, _, _ := strings.Cut(rest, `"`)
		if err := c.named(name, n); err != nil {
			return err
		}
	}
	return nil
}

// named includes what a name stands for.
func (c *composer) named(name string, n int) error {
	number, matrix := strings.CutPrefix(name, "MATRIX")
	switch {
	case matrix && len(number) == 1 && number >= "0" && number <= "2":
		return c.matrix(int(number[0] - '0'))
	case name == "FORMAT":
		return c.file(c.formats[n]+".glsl", n)
	case c.seen[name]:
		return nil
	}
	c.seen[name] = true
	return c.file(name, n)
}

func (c *composer) file(name string, n int) error {
	part, err := files.ReadFile("include/" + name)
	if err != nil {
		return fmt.Errorf("there is no include %q", name)
	}
	return c.include(string(part), n)
}

// firstMatrix is the binding of the first of several matrices; each has two.
const firstMatrix = 6

// matrix is matrix.glsl with a number at each of its names.
func (c *composer) matrix(n int) error {
	if c.formats[n] == "" {
		return nil // a kernel with fewer of them
	}
	names := []string{"Quads", "Words", "quads", "words", "APART", "piece", "at", "column", "accumulate"}
	for _, name := range names {
		fmt.Fprintf(c.b, "#define %s %s%d\n", name, name, n)
	}
	fmt.Fprintf(c.b, "#define QUADS_AT %d\n#define WORDS_AT %d\n", firstMatrix+2*n, firstMatrix+2*n+1)
	if err := c.file("matrix.glsl", n); err != nil {
		return err
	}
	for _, name := range append(names, "QUADS_AT", "WORDS_AT") {
		fmt.Fprintf(c.b, "#undef %s\n", name)
	}
	return nil
}
