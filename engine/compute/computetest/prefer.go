package computetest

import "fmt"

// prefer adds the same numbers to every row, of a slice of rows too, and what it
// rules out is not chosen.
func prefer(b *bench) {
	const n = 5
	for _, width := range []int{4, 8, 67} {
		x, bias := b.random(n*width), b.random(width)
		rows := b.rows(x, n, width)
		b.dev.Prefer(rows.Slice(1, 3), bias)
		for i := range x {
			if t := i / width; t >= 1 && t < 4 {
				x[i] += bias[i%width]
			}
		}
		b.near(fmt.Sprintf("%d of %d rows of %d", 3, n, width), b.read(rows), x, 1e-6)
	}
	b.ruledOut()
}

// ruledOut has experts 0 and 2 of 4 ruled out, whatever their logits are.
func (b *bench) ruledOut() {
	const n, experts, used = 40, 4, 2
	x := b.random(n * experts)
	for t := range n {
		x[t*experts] += 20
	}
	logits := b.rows(x, n, experts)
	b.dev.Prefer(logits, []float32{-1e30, 0, -1e30, 0})
	c, err := b.dev.NewChoices(n, used)
	b.must(err)
	b.dev.Route(c, logits)
	ids, weights := make([]int32, n*used), make([]float32, n*used)
	b.must(b.dev.ReadChoices(ids, weights, c))
	for t := range n {
		for i := range experts {
			if i == 0 || i == 2 {
				x[t*experts+i] = -1e30
			}
		}
	}
	wantIDs, want := routed(x, n, experts, used)
	for i := range ids {
		if ids[i] != wantIDs[i] {
			b.Fatalf("choice %d is expert %d, want %d", i, ids[i], wantIDs[i])
		}
	}
	b.near("weights", weights, want, 1e-6)

	b.dev.Prefer(logits, []float32{0, -1e30, 0, 0}) // one is left for two places
	b.dev.Route(c, logits)
	b.must(b.dev.ReadChoices(ids, weights, c))
	for t := range n {
		if ids[t*used] != 3 || weights[t*used] != 1 || weights[t*used+1] != 0 {
			b.Fatalf("row %d: experts %v with weights %v, though only 3 is left", t, ids[t*used:t*used+used], weights[t*used:t*used+used])
		}
	}
}
