package kernel

func fetching(b []byte) {
	if lines := (len(b) + 63) / 64; lines > 0 {
		fetch(&b[0], lines)
	}
}

func quantize256(q *Q8, from int, x []float32) {
	c, f, at, g := &q.coarse, &q.fine, from*run, from*run/group
	quantizex256(&q.high[at], &q.low[at], &q.even[at], &q.split[at], &c.d[g], &c.s[g], &c.h[2*g], &f.d[g], &f.s[g], &f.h[2*g], &q.steps[from].d[0], &x[0], len(x)/run)
}
