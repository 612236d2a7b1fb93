package quantize

import (
	"fmt"
	"sync"

	"beyonder/engine/quant"
)

// portion is about how many weights a thread encodes at once: as float32 they
// fit into its part of the cache.
const portion = 128 << 10

// job is some rows of a tensor, in one of its matrices.
type job struct {
	*step
	at, count int           // rows
	data      func() []byte // of the matrix that they are in
	out       []byte
	err       error
	done      chan struct{}
}

// pipeline encodes the tensors that are not copied, rows after rows, on several
// threads, and hands them out in order. At most ahead jobs wait at any time.
type pipeline struct {
	file  model
	order chan *job // in the file's order, for next
	work  chan *job // the same, for the threads
	quit  chan struct{}
	wait  sync.WaitGroup
}

func newPipeline(f model, steps []step, threads int) *pipeline {
	ahead := 4 * threads
	p := &pipeline{
		file: f, order: make(chan *job, ahead), work: make(chan *job, ahead), quit: make(chan struct{}),
	}
	p.wait.Go(func() { p.issue(steps) })
	for range threads {
		p.wait.Go(p.labour)
	}
	return p
}

// stop ends the threads; the pipeline is not used afterwards.
func (p *pipeline) stop() {
	close(p.quit)
	p.wait.Wait()
}

// issue cuts the tensors into jobs.
func (p *pipeline) issue(steps []step) {
	defer close(p.work)
	for i := range steps {
		s := &steps[i]
		if s.copied() {
			continue
		}
		for _, j := range s.jobs(p.file) {
			for _, to := range []chan *job{p.order, p.work} {
				select {
				case to <- j:
				case <-p.quit:
					return
				}
			}
		}
	}
}

// jobs end where matrices do, because each has an importance of its own, and data
// that may have to be made first.
func (s *step) jobs(f model) (jobs []*job) {
	matrix := 1
	if len(s.Shape) > 1 {
		matrix = int(s.Shape[1])
	}
	for start := 0; start < s.rows(); start += matrix {
		data := sync.OnceValue(func() []byte { return f.matrix(s.Tensor, start/matrix) })
		for at := start; at < start+matrix; {
			count := min(max(1, portion/s.row()), start+matrix-at)
			jobs = append(jobs, &job{step: s, at: at, count: count, data: data, done: make(chan struct{})})
			at += count
		}
	}
	return jobs
}

// next is the next part of the new file's encoded tensors.
func (p *pipeline) next() ([]byte, error) {
	j := <-p.order
	<-j.done
	return j.out, j.err
}

func (p *pipeline) labour() {
	var weights []float32
	for {
		select {
		case j, ok := <-p.work:
			if !ok {
				return
			}
			if n := j.count * j.row(); cap(weights) < n {
				weights = make([]float32, n)
			}
			j.run(p.file, weights)
			close(j.done)
		case <-p.quit:
			return
		}
	}
}

func (j *job) run(f model, weights []float32) {
	x := weights[:j.count*j.row()]
	size := j.Type.RowBytes(j.row())
	j.err = f.Guard(func() { quant.Dequantize(j.Type, x, j.data()[j.row0()*size:][:j.count*size]) })
	j.data = nil // the matrix goes when its last job has read it
	if j.err != nil {
		return
	}
	j.out = make([]byte, j.count*j.to.RowBytes(j.row()))
	if importance := j.columns(); importance != nil {
		j.err = quant.QuantizeWeighted(j.to, j.out, x, importance)
	} else {
		j.err = quant.Quantize(j.to, j.out, x)
	}
	if j.err != nil {
		j.err = fmt.Errorf("tensor %q: %w", j.Name, j.err)
	}
}

// row0 is the job's first row within its matrix.
func (j *job) row0() int {
	if len(j.Shape) < 2 {
		return j.at
	}
	return j.at % int(j.Shape[1])
}

// columns is the importance of the columns of the job's matrix. Of an expert
// that the importance matrix does not know, all count the same.
func (j *job) columns() []float32 {
	if j.importance == nil {
		return nil
	}
	matrix := 0
	if len(j.importance) > 1 {
		matrix = j.at / int(j.Shape[1])
	}
	if known := j.importance[matrix]; known != nil || !quant.NeedsImportance(j.to) {
		return known
	}
	same := make([]float32, j.row())
	for i := range same {
		same[i] = 1
	}
	return same
}
