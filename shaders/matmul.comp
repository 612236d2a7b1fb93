// matmul: a tile of ROWS rows of weights times COLUMNS rows of activations, by
// one workgroup; each invocation has EACH × EACH of the tile, in quartets.
// Groups: x: ROWS rows of weights, y: COLUMNS rows of activations, z: experts.
layout(local_size_x = WORKGROUP) in; // ROWS/EACH × COLUMNS/EACH
#include "product.glsl"

const uint R = ROWS / EACH, C = COLUMNS / EACH, H = EACH / 4;
shared float a[32 * ROWS];    // a piece of each row of weights, transposed
shared float b[32 * COLUMNS]; // the same columns of activations, transposed
shared uint slots[COLUMNS];   // the tile's rows of y

// assign finds the tile's slots and returns how many there are.
uint assign(uint tid) {
	uint from = gl_WorkGroupID.y * COLUMNS, first = 0u, count = SLOTS;
#ifdef EXPERTS // sorted by group.comp: where each expert's slots begin, then the slots
	uint e = EXPERT + gl_WorkGroupID.z;
	first = chosen[LIST + e];
	count = chosen[LIST + e + 1u] - first;
#endif
	if (from >= count) return 0u;
	count = min(count - from, uint(COLUMNS));
	for (uint c = tid; c < count; c += WORKGROUP) {
		slots[c] = from + c;
#ifdef EXPERTS
		slots[c] = chosen[LIST + EXPERTS_ALL + 1u + first + from + c];
#endif
	}
	return count;
}

void load(uint tid, uint p, uint row0, uint count, uint share) {
	for (uint r = tid; r < ROWS; r += WORKGROUP) {
		vec4 w[8];
		piece((gl_WorkGroupID.z * COUNT + min(row0 + r, COUNT - 1u)) * STRIDE, p, w);
		for (uint i = 0u; i < 8u; i++)
			for (uint k = 0u; k < 4u; k++) a[(4u * i + k) * ROWS + r] = w[i][k];
	}
	for (uint j = tid; j < 8u * COLUMNS; j += WORKGROUP) {
		uint c = j / 8u, i = j % 8u;
		vec4 v = c < count ? x[X_FROM + slots[c] / share * X_STRIDE + column(p, i) / 4u] : vec4(0.0);
		for (uint k = 0u; k < 4u; k++) b[(4u * i + k) * COLUMNS + c] = v[k];
	}
}

void main() {
	uint tid = gl_LocalInvocationIndex, row0 = FIRST + gl_WorkGroupID.x * ROWS, share = 1u;
#ifdef EXPERTS
	share = SHARE;
#endif
	uint count = assign(tid), tr = tid % R, tc = tid / R;
	if (count == 0u) return; // the same for the whole workgroup
	vec4 sum[EACH * H]; // of each column the quartets of rows
	for (uint n = 0u; n < EACH * H; n++) sum[n] = vec4(0.0);
	for (uint p = 0u; p < PIECES; p++) {
		sync();
		load(tid, p, row0, count, share);
		sync();
		for (uint k = 0u; k < 32u; k++) {
			vec4 w[H];
			for (uint h = 0u; h < H; h++) {
				uint i = k * ROWS + 4u * (tr + h * R);
				w[h] = vec4(a[i], a[i + 1u], a[i + 2u], a[i + 3u]);
			}
			for (uint g = 0u; g < H; g++) {
				uint j = k * COLUMNS + 4u * (tc + g * C);
				vec4 v = vec4(b[j], b[j + 1u], b[j + 2u], b[j + 3u]);
				for (uint n = 0u; n < 4u * H; n++) sum[g * 4u * H + n] += w[n % H] * v[n / H];
			}
		}
	}
	for (uint n = 0u; n < EACH * H; n++) {
		uint c = n / H, own = 4u * (tc + c / 4u * C) + c % 4u, row = row0 + 4u * (tr + n % H * R);
		for (uint k = 0u; k < 4u; k++) {
			if (row + k < COUNT && own < count) put(slots[own], row + k, sum[n][k]);
		}
	}
}
