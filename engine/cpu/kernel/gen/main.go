// Command gen writes the assembly of package kernel, one part at a time, with
// avo (github.com/mmcloughlin/avo). It is a module of its own so that nobody who
// builds the program needs avo; package kernel's go:generate lines run it.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

var part = flag.String("part", "", "what to write: integer512, integer256, vector512, vector256, quantize or amx")

func main() {
	flag.Parse()
	parts := map[string]func(){
		"integer512": integer512, "integer256": integer256, "vector512": vector512, "vector256": vector256, "quantize": quantize, "amx": amx,
	}
	write, ok := parts[*part]
	if !ok {
		log.Fatalf("gen: no part %q", *part)
	}
	ConstraintExpr("amd64")
	write()
	Generate()
}
