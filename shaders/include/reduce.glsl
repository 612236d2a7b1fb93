// reduce sums up SUMS values over the workgroup: after it, TOTAL(k) is the k-th
// one's. SUMS is at most WORKGROUP.
#include "sync.glsl"
shared float partial[SUMS * WORKGROUP];
#define TOTAL(k) partial[(k) * WORKGROUP]

#ifdef SUBGROUP
void reduce(float sum[SUMS]) {
	uint tid = gl_LocalInvocationIndex;
	sync(); // some may still be in the loop that made their sum, and would not be added
	for (uint k = 0u; k < SUMS; k++) {
		float s = subgroupAdd(sum[k]);
		if (subgroupElect()) partial[k * WORKGROUP + gl_SubgroupID] = s;
	}
	sync();
	if (tid < SUMS && gl_NumSubgroups > 1u) {
		float s = TOTAL(tid);
		for (uint n = 1u; n < gl_NumSubgroups; n++) s += partial[tid * WORKGROUP + n];
		TOTAL(tid) = s;
	}
	sync();
}
#else
void reduce(float sum[SUMS]) {
	uint tid = gl_LocalInvocationIndex;
	for (uint k = 0u; k < SUMS; k++) partial[k * WORKGROUP + tid] = sum[k];
	sync();
	for (uint n = WORKGROUP / 2; n > 0u; n /= 2u) {
		if (tid < n) {
			for (uint k = 0u; k < SUMS; k++) partial[k * WORKGROUP + tid] += partial[k * WORKGROUP + tid + n];
		}
		sync();
	}
}
#endif
