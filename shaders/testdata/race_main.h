};

static void fill() {
	uint random = 1;
	for (auto &m : memory)
		for (size_t i = 0; i < sizeof m / 4; i++) {
			random = random * 1664525u + 1013904223u;
			((float *)m)[i] = (random >> 8) % 2001 / 1000.0f - 1;
		}
}

struct Invocation {
	Group *group;
	pthread_barrier_t *meetings;
	uint i;
	Index at;
	pthread_t thread;
};

static void *invoke(void *p) {
	Invocation *v = (Invocation *)p;
	meetings = v->meetings;
	gl_LocalInvocationIndex = v->i;
	gl_WorkGroupID = v->at;
	gl_GlobalInvocationID = {v->at.x * WORKGROUP + v->i, v->at.y, v->at.z};
	v->group->run();
	return nullptr;
}

// main runs the dispatch; with an argument, without its barriers.
int main(int count, char **) {
	together = count == 1;
	fill();
	setUp();
	uint x = gl_NumWorkGroups.x, y = gl_NumWorkGroups.y, groups = x * y * gl_NumWorkGroups.z;
	Group *group = (Group *)malloc(groups * sizeof(Group));
	memset((void *)group, 0xff, groups * sizeof(Group)); // no numbers
	pthread_barrier_t *meetings = new pthread_barrier_t[2 * groups];
	Invocation *all = new Invocation[groups * WORKGROUP];
	for (uint g = 0; g < groups; g++) {
		for (uint i = 0; i < 2; i++) pthread_barrier_init(&meetings[2 * g + i], nullptr, WORKGROUP);
		for (uint i = 0; i < WORKGROUP; i++)
			all[g * WORKGROUP + i] = {&group[g], &meetings[2 * g], i, {g % x, g / x % y, g / x / y}};
	}
	for (uint i = 0; i < groups * WORKGROUP; i++)
		if (pthread_create(&all[i].thread, nullptr, invoke, &all[i])) return 1;
	for (uint i = 0; i < groups * WORKGROUP; i++) pthread_join(all[i].thread, nullptr);
	static unsigned char after[sizeof memory];
	memcpy(after, memory, sizeof memory);
	fill();
	setUp();
	int changed = 0, wrong = 0;
	for (size_t i = 0; i < sizeof memory; i += 4)
		if (memcmp(after + i, &memory[0][0] + i, 4)) {
			float f;
			memcpy(&f, after + i, 4);
			changed++;
			wrong += f != f;
		}
	printf("%d words written, %d of them no numbers\n", changed, wrong);
	return changed == 0 || (NUMBERS && wrong > 0);
}
