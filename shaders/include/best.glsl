// best writes the USED experts with the largest logits, the lower id on ties, and
// the softmax over them, from to on. LOGIT(e) is expert e's logit.
void best(uint to) {
	uint before = 0u;
	float most = 0.0, last = 0.0, sum = 0.0;
	for (uint j = 0u; j < USED; j++) {
		uint top = EXPERTS; // the largest that comes after the last one chosen
		for (uint e = 0u; e < EXPERTS; e++) {
			float v = LOGIT(e);
			bool open = j == 0u || v < last || v == last && e > before;
			if (open && (top == EXPERTS || v > LOGIT(top))) top = e;
		}
		top = min(top, EXPERTS - 1u); // logits that are not numbers
		before = top;
		last = LOGIT(top);
		if (j == 0u) most = last;
		ids[to + j] = top;
		sum += exp(last - most);
		weights[to + j] = exp(last - most);
	}
	for (uint j = 0u; j < USED; j++) weights[to + j] /= sum;
}
