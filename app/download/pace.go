package download

import "time"

// pace is how fast bytes came during the last seconds.
type pace struct {
	at   []time.Time
	have []int64
}

const paceTime = 5 * time.Second

func (p *pace) add(have int64, now time.Time) {
	if n := len(p.at); n > 0 && now.Sub(p.at[n-1]) < paceTime/50 {
		p.have[n-1] = have
		return
	}
	p.at, p.have = append(p.at, now), append(p.have, have)
	for len(p.at) > 2 && now.Sub(p.at[0]) > paceTime {
		p.at, p.have = p.at[1:], p.have[1:]
	}
}

func (p *pace) rate(now time.Time) float64 {
	n := len(p.at)
	if n < 2 {
		return 0
	}
	return float64(p.have[n-1]-p.have[0]) / max(now.Sub(p.at[0]).Seconds(), 1e-3)
}
