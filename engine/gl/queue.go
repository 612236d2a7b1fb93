//go:build cgo && !darwin

package gl

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-gl/gl/v4.3-core/gl"

	"beyonder/shaders"
)

// pass is one dispatch of a program, or, if data is set, a write to a buffer.
type pass struct {
	variant shaders.Variant
	bind    bindings
	written uint16 // bit i: binding i is written
	args    args
	groups  [3]uint32
	joins   bool  // writes other rows of the same output as the pass before
	work    int64 // multiply-adds, for pacing

	to    *buffer
	where int // bytes
	data  []byte
}

// bindings are the buffers of a pass by binding; nil: not bound.
type bindings [12]*buffer

// args are the numbers that a kernel is given.
type args [16]uint32

// batch is how many passes are handed to the thread together: enough that the
// hand-over costs nothing, few enough that the card begins early and that Stop
// is felt soon.
const batch = 32

// record adds a pass to what the thread will do.
func (d *Device) record(p pass) {
	if d.failure() != nil {
		d.passes = d.passes[:0]
		return
	}
	p.variant.Subgroup = d.subgroups && p.data == nil && p.variant.Sums()
	d.passes = append(d.passes, p)
	if len(d.passes) >= batch {
		d.hand()
	}
}

// flush hands everything recorded to the thread.
func (d *Device) flush() {
	d.lower(0)
	d.hand()
}

// hand hands the passes to the thread.
func (d *Device) hand() {
	if len(d.passes) == 0 || d.gone() != nil {
		return
	}
	passes, ctx := d.passes, d.ctx
	d.passes = make([]pass, 0, batch)
	d.wait(func(done chan struct{}) {
		d.thread.calls <- func() { d.submit(ctx, passes) }
		close(done)
	})
}

// do runs call on the thread and waits for it.
func (d *Device) do(call func()) {
	if d.gone() != nil {
		return
	}
	d.wait(func(done chan struct{}) {
		d.thread.calls <- func() { call(); close(done) }
	})
}

// longest is how long a driver may be silent before it is given up.
const longest = 50 * time.Second

// wait lets start hand something to the thread and waits for done, or until
// nothing has been finished for too long: then the device is lost.
func (d *Device) wait(start func(done chan struct{})) {
	done := make(chan struct{})
	go start(done)
	silent := time.NewTimer(d.hang)
	defer silent.Stop()
	for seen := d.progress.Load(); ; {
		select {
		case <-done:
			return
		case <-silent.C:
			now := d.progress.Load()
			if now == seen {
				d.fail(&LostError{fmt.Sprintf("the driver of %s has been silent for %.0f s", d.thread.renderer, d.hang.Seconds())})
				return
			}
			seen = now
			silent.Reset(d.hang)
		}
	}
}

// queue is the thread's side.
type queue struct {
	programs map[shaders.Variant]uint32
	used     uint32     // program in use
	bound    [12]uint32 // buffers by binding
	barriers int        // so far; see buffer.read
	updated  int        // the last one that was also for writes by the processor
	fences   []fence    // of batches that may still run
	last     time.Time  // when the last batch ended
	profile  *profile

	watch func(barrier uint32, p *pass) // is told what is given to the driver: for tests
}

type fence struct {
	sync  uintptr
	work  int64
	begun time.Time
}

func (q *queue) start(profiled, software bool) {
	q.programs = map[shaders.Variant]uint32{}
	q.barriers = 1
	if profiled {
		q.profile = newProfile(software)
	}
}

// submit gives passes to the driver and, so that no more than two batches are
// ever under way, waits for the one before the last.
func (d *Device) submit(ctx context.Context, passes []pass) {
	if d.stopped(ctx) {
		return
	}
	f := fence{begun: time.Now()}
	for i := range passes {
		if err := d.run(&passes[i]); err != nil {
			d.fail(err)
			return
		}
		f.work += passes[i].work
		d.progress.Add(1)
	}
	f.sync = gl.FenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
	gl.Flush()
	d.q.fences = append(d.q.fences, f)
	for len(d.q.fences) > 2 {
		d.fail(d.await())
	}
}

func (d *Device) stopped(ctx context.Context) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed != nil || ctx.Err() != nil
}

// await waits for the oldest batch.
func (d *Device) await() error {
	q := &d.q
	f := q.fences[0]
	q.fences = q.fences[1:]
	defer gl.DeleteSync(f.sync)
	for range 50 {
		switch gl.ClientWaitSync(f.sync, gl.SYNC_FLUSH_COMMANDS_BIT, uint64(d.hang/50)) {
		case gl.ALREADY_SIGNALED, gl.CONDITION_SATISFIED:
			d.progress.Add(1)
			d.pace(f)
			return nil
		case gl.WAIT_FAILED:
			return errors.Join(&LostError{"waiting for it failed"}, d.thread.failure())
		}
	}
	return &LostError{fmt.Sprintf("it has not finished its work within %.0f s", d.hang.Seconds())}
}

// pace measures how fast products are, so that no dispatch keeps the desktop
// waiting; results do not depend on it.
func (d *Device) pace(f fence) {
	now := time.Now()
	took := now.Sub(later(f.begun, d.q.last)).Seconds()
	d.q.last = now
	if f.work >= leastWork && took > 0 {
		d.rate.Store(int64(float64(f.work) / took * dispatched))
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// run gives one pass to the driver.
func (d *Device) run(p *pass) error {
	q := &d.q
	if q.watch != nil {
		defer q.watch(0, p)
	}
	if p.data != nil {
		q.orderUpdate(p.to)
		gl.BindBuffer(gl.COPY_WRITE_BUFFER, p.to.id)
		gl.BufferSubData(gl.COPY_WRITE_BUFFER, p.where, len(p.data), gl.Ptr(p.data))
		return nil
	}
	program, err := d.program(p.variant)
	if err != nil {
		return err
	}
	if q.used != program {
		gl.UseProgram(program)
		q.used = program
	}
	for i, b := range p.bind {
		if b == nil {
			continue
		}
		if write := p.written>>i&1 != 0; !write || !p.joins {
			q.order(b, write)
		}
		if q.bound[i] != b.id {
			gl.BindBufferBase(gl.SHADER_STORAGE_BUFFER, uint32(i), b.id)
			q.bound[i] = b.id
		}
	}
	q.touch(p)
	gl.Uniform1uiv(0, argCount(p.variant.Kernel), &p.args[0])
	q.profile.time(p.variant, func() { gl.DispatchCompute(p.groups[0], p.groups[1], p.groups[2]) })
	return nil
}

// order makes what touched b since the last barrier come first: writes before
// reads, and everything before writes. Passes that have nothing to do with each
// other run side by side.
func (q *queue) order(b *buffer, write bool) {
	if b.wrote == q.barriers || write && b.read == q.barriers {
		q.barrier(gl.SHADER_STORAGE_BARRIER_BIT)
	}
}

// orderUpdate is order for what is not a shader: a barrier for shaders is none for it.
func (q *queue) orderUpdate(b *buffer) {
	if b.wrote > q.updated || b.read == q.barriers {
		q.barrier(gl.SHADER_STORAGE_BARRIER_BIT | gl.BUFFER_UPDATE_BARRIER_BIT)
	}
}

func (q *queue) barrier(bits uint32) {
	gl.MemoryBarrier(bits)
	if q.watch != nil {
		q.watch(bits, nil)
	}
	if bits&gl.BUFFER_UPDATE_BARRIER_BIT != 0 {
		q.updated = q.barriers
	}
	q.barriers++
}

// drop deletes a buffer. That unbinds it, and its name may be the next buffer's.
func (q *queue) drop(b *buffer) {
	for i, id := range q.bound {
		if id == b.id {
			q.bound[i] = 0
		}
	}
	gl.DeleteBuffers(1, &b.id)
}

// touch notes what a pass reads and writes.
func (q *queue) touch(p *pass) {
	for i, b := range p.bind {
		if b == nil {
			continue
		}
		b.read = q.barriers
		if p.written>>i&1 != 0 {
			b.wrote = q.barriers
		}
	}
}

// argCount is the length of a kernel's args; setting more is an error.
func argCount(kernel string) int32 {
	switch kernel {
	case "embed", "rmsnorm", "matvec", "matmul", "choose":
		return 16
	case "attend", "several", "gates", "turn":
		return 12
	case "rotate", "remember", "route", "weigh", "down":
		return 8
	}
	return 4
}

// program compiles a variant, once.
func (d *Device) program(v shaders.Variant) (uint32, error) {
	if p, ok := d.q.programs[v]; ok {
		return p, nil
	}
	text, err := shaders.Source(v)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	p, err := d.compiled(text)
	if profile := d.q.profile; profile != nil {
		profile.compiled++
		profile.compiling += time.Since(began)
	}
	if err != nil && v.Subgroup { // the extension is there, and does not work
		v.Subgroup = false
		p, err := d.program(v)
		if v.Subgroup = true; err == nil {
			d.q.programs[v] = p
		}
		return p, err
	}
	if err != nil {
		return 0, fmt.Errorf("the driver of %s does not compile the shader %s: %w", d.thread.renderer, v, err)
	}
	d.q.programs[v] = p
	d.progress.Add(1)
	return p, nil
}

// compiled is a program from the cache, or from its text, and then it is kept.
func (d *Device) compiled(text string) (uint32, error) {
	if d.thread.limits.binaries == 0 {
		return compile(text)
	}
	if format, data, ok := d.cabinet.program(text); ok {
		p := gl.CreateProgram()
		gl.ProgramBinary(p, format, gl.Ptr(data), int32(len(data)))
		var ok int32
		if gl.GetProgramiv(p, gl.LINK_STATUS, &ok); ok != 0 {
			return p, nil
		}
		gl.DeleteProgram(p)
		for gl.GetError() != gl.NO_ERROR { // that it does not like the binary is no failure
		}
		d.thread.messages = nil
	}
	p, err := compile(text)
	if err != nil || d.cabinet.dir == "" {
		return p, err
	}
	var size int32
	if gl.GetProgramiv(p, gl.PROGRAM_BINARY_LENGTH, &size); size > 0 {
		data, format := make([]byte, size), uint32(0)
		gl.GetProgramBinary(p, size, &size, &format, gl.Ptr(data))
		d.cabinet.keepProgram(text, format, data[:size])
	}
	return p, nil
}

func compile(text string) (uint32, error) {
	shader, program := gl.CreateShader(gl.COMPUTE_SHADER), gl.CreateProgram()
	defer gl.DeleteShader(shader)
	source, free := gl.Strs(text + "\x00")
	defer free()
	gl.ShaderSource(shader, 1, source, nil)
	gl.CompileShader(shader)
	var ok int32
	if gl.GetShaderiv(shader, gl.COMPILE_STATUS, &ok); ok == 0 {
		return 0, errors.New(infoLog(shader, gl.GetShaderiv, gl.GetShaderInfoLog))
	}
	gl.AttachShader(program, shader)
	gl.ProgramParameteri(program, gl.PROGRAM_BINARY_RETRIEVABLE_HINT, gl.TRUE)
	gl.LinkProgram(program)
	if gl.GetProgramiv(program, gl.LINK_STATUS, &ok); ok == 0 {
		return 0, errors.New(infoLog(program, gl.GetProgramiv, gl.GetProgramInfoLog))
	}
	return program, nil
}

// infoLog is what the compiler says, at most its first thousand bytes.
func infoLog(id uint32, number func(uint32, uint32, *int32), text func(uint32, int32, *int32, *uint8)) string {
	var n int32
	number(id, gl.INFO_LOG_LENGTH, &n)
	b := make([]byte, min(max(n, 1), 1000))
	text(id, int32(len(b)), &n, &b[0])
	return string(b[:min(int(n), len(b))])
}

// The bounds of a dispatch's multiply-adds, and how long one may take.
const (
	leastWork  = 1 << 28
	mostWork   = 1 << 36
	dispatched = 8e-3 // seconds
)

// budget is how many multiply-adds a dispatch should have: what the card does in
// a few milliseconds, so that it draws the desktop in between.
func (d *Device) budget() int64 {
	return min(max(int64(d.rate.Load()), leastWork), mostWork)
}
