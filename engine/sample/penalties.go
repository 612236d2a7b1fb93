package sample

// bias adds LogitBias to the logits of its tokens.
func (s *Sampler) bias() {
	for id, b := range s.settings.LogitBias {
		if i, in := s.set.at(id); in {
			s.set.logits[i] = float(float64(s.set.logits[i]) + b)
		}
	}
}

// penalize lowers the logits of the tokens among the last PenaltyWindow ones:
// by the repeat penalty (a factor, Keskar et al. 2019), the frequency penalty
// once for each time, and the presence penalty once.
func (s *Sampler) penalize() {
	window, counts := s.lookBack(s.settings.PenaltyWindow), s.counters()
	for _, id := range window {
		if id >= 0 && int(id) < len(counts) {
			counts[id]++
		}
	}
	for _, id := range window {
		if id < 0 || int(id) >= len(counts) || counts[id] == 0 {
			continue
		}
		if i, in := s.set.at(id); in {
			s.set.logits[i] = s.settings.penalized(s.set.logits[i], counts[id])
		}
		counts[id] = 0
	}
}

// penalized is the logit of a token that occurs count times, at least once.
func (s Settings) penalized(logit float32, count int32) float32 {
	l := float64(logit)
	if l <= 0 {
		l = float64(l * s.RepeatPenalty)
	} else {
		l /= s.RepeatPenalty
	}
	return float(l - (float64(float64(count)*s.FrequencyPenalty) + s.PresencePenalty))
}
