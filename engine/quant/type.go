// Package quant knows the block formats in which model weights are stored:
// how many bytes a block takes, how it is decoded to float32 and, where
// something here writes it, how it is encoded.
//
// Its one rule: the file of a format is the whole truth about that format, the
// comment with its layout included, and the table below is the list of them.
// It knows blocks, not files: nothing here opens a file or has heard of a
// tensor's name.
package quant

import "fmt"

// Type is the id of a tensor type, as GGUF files store it (ggml's numbering).
type Type uint32

// The tensor types that may stand in a file.
const (
	F32     Type = 0
	F16     Type = 1
	Q4_0    Type = 2
	Q4_1    Type = 3
	Q5_0    Type = 6
	Q5_1    Type = 7
	Q8_0    Type = 8
	Q8_1    Type = 9
	Q2_K    Type = 10
	Q3_K    Type = 11
	Q4_K    Type = 12
	Q5_K    Type = 13
	Q6_K    Type = 14
	Q8_K    Type = 15
	IQ2_XXS Type = 16
	IQ2_XS  Type = 17
	IQ3_XXS Type = 18
	IQ1_S   Type = 19
	IQ4_NL  Type = 20
	IQ3_S   Type = 21
	IQ2_S   Type = 22
	IQ4_XS  Type = 23
	I8      Type = 24
	I16     Type = 25
	I32     Type = 26
	I64     Type = 27
	F64     Type = 28
	IQ1_M   Type = 29
	BF16    Type = 30
	TQ1_0   Type = 34
	TQ2_0   Type = 35
	MXFP4   Type = 39
	NVFP4   Type = 40
	Q1_0    Type = 41
	Q2_0    Type = 42
)

// layout is all that is known of a type; a new format is a file and a row.
type layout struct {
	name   string
	elems  int                             // weights in a block
	bytes  int                             // bytes of a block
	decode func(dst []float32, src []byte) // whole blocks; nil: never weights
	encode encoder                         // nil: not written here
}

// layouts is indexed by Type and never written. The ids that are missing were
// taken out of the format (4, 5, 31–33, 36–38) or never given.
var layouts = [...]layout{
	F32:  {"F32", 1, 4, decodeF32, encodeF32},
	F16:  {"F16", 1, 2, decodeF16, encodeF16},
	BF16: {"BF16", 1, 2, decodeBF16, encodeBF16},
	F64:  {"F64", 1, 8, nil, nil},
	I8:   {"I8", 1, 1, nil, nil},
	I16:  {"I16", 1, 2, nil, nil},
	I32:  {"I32", 1, 4, nil, nil},
	I64:  {"I64", 1, 8, nil, nil},

	Q4_0: {"Q4_0", 32, 18, decodeQ4_0, encodeQ4_0},
	Q4_1: {"Q4_1", 32, 20, decodeQ4_1, encodeQ4_1},
	Q5_0: {"Q5_0", 32, 22, decodeQ5_0, encodeQ5_0},
	Q5_1: {"Q5_1", 32, 24, decodeQ5_1, encodeQ5_1},
	Q8_0: {"Q8_0", 32, 34, decodeQ8_0, encodeQ8_0},

	Q2_K: {"Q2_K", 256, 84, decodeQ2_K, encodeQ2_K},
	Q3_K: {"Q3_K", 256, 110, decodeQ3_K, encodeQ3_K},
	Q4_K: {"Q4_K", 256, 144, decodeQ4_K, encodeQ4_K},
	Q5_K: {"Q5_K", 256, 176, decodeQ5_K, encodeQ5_K},
	Q6_K: {"Q6_K", 256, 210, decodeQ6_K, encodeQ6_K},

	IQ1_S:   {"IQ1_S", 256, 50, decodeIQ1_S, encodeIQ1_S},
	IQ1_M:   {"IQ1_M", 256, 56, decodeIQ1_M, encodeIQ1_M},
	IQ2_XXS: {"IQ2_XXS", 256, 66, decodeIQ2_XXS, encodeIQ2_XXS},
	IQ2_XS:  {"IQ2_XS", 256, 74, decodeIQ2_XS, encodeIQ2_XS},
	IQ2_S:   {"IQ2_S", 256, 82, decodeIQ2_S, encodeIQ2_S},
	IQ3_XXS: {"IQ3_XXS", 256, 98, decodeIQ3_XXS, encodeIQ3_XXS},
	IQ3_S:   {"IQ3_S", 256, 110, decodeIQ3_S, encodeIQ3_S},
	IQ4_NL:  {"IQ4_NL", 32, 18, decodeIQ4_NL, encodeIQ4_NL},
	IQ4_XS:  {"IQ4_XS", 256, 136, decodeIQ4_XS, encodeIQ4_XS},

	TQ1_0: {"TQ1_0", 256, 54, decodeTQ1_0, encodeTQ1_0},
	TQ2_0: {"TQ2_0", 256, 66, decodeTQ2_0, encodeTQ2_0},
	MXFP4: {"MXFP4", 32, 17, decodeMXFP4, encodeMXFP4},
	NVFP4: {"NVFP4", 64, 36, decodeNVFP4, encodeNVFP4},
	Q1_0:  {"Q1_0", 128, 18, decodeQ1_0, encodeQ1_0},
	Q2_0:  {"Q2_0", 64, 18, decodeQ2_0, encodeQ2_0},

	// Formats of activations: dot products quantize to them, files do not hold them.
	Q8_1: {"Q8_1", 32, 36, nil, nil},
	Q8_K: {"Q8_K", 256, 292, nil, nil},
}

// of is the row of t, the zero layout for an unknown type.
func of(t Type) layout {
	if int64(t) < int64(len(layouts)) {
		return layouts[t]
	}
	return layout{}
}

// Known reports whether t is a type that files may hold today.
func (t Type) Known() bool { return of(t).elems != 0 }

// Named returns the type of that name, such as "Q4_K".
func Named(name string) (Type, bool) {
	for t := range Q2_0 + 1 {
		if t.Known() && t.String() == name {
			return t, true
		}
	}
	return 0, false
}

// String is the name users know, such as "Q4_K".
func (t Type) String() string {
	if name := of(t).name; name != "" {
		return name
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// BlockElems is how many weights a block holds, 0 for an unknown type.
func (t Type) BlockElems() int { return of(t).elems }

// BlockBytes is how many bytes a block takes, 0 for an unknown type.
func (t Type) BlockBytes() int { return of(t).bytes }

// RowBytes is the size in bytes of a row of n weights; t is a known type and n
// a multiple of its BlockElems.
func (t Type) RowBytes(n int) int {
	l := of(t)
	return n / l.elems * l.bytes
}
