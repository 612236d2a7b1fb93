// sync waits for the workgroup, and for its writes to shared memory. A bare
// barrier() does not order memory on every driver: loads of a second reduction
// were seen before the writes of the first.
void sync() {
	memoryBarrierShared();
	barrier();
}
