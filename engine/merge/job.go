package merge

import (
	"fmt"

	"beyonder/engine/quant"
)

// job is one tensor of a plain merge.
type job struct {
	*plain
	slice resolvedSlice
	name  string  // in the result
	t     float64 // how deep in the slice: 0 for the first layer and for what is in no layer, 1 for the last
	views []*view // the sources' tensors
}

// shared is where the method's own parameters are looked up.
func (j job) shared() scope {
	hf, _ := hfName(j.name)
	return scope{tensor: hf, t: j.t, levels: []settings{j.slice.parameters, j.parameters}}
}

// of is where a source's parameters are looked up: under its own name for the
// tensor, whose layer may have another number than the result's.
func (j job) of(source int) scope {
	sc := j.shared()
	if _, _, ok := splitLayer(j.name); ok {
		sc.tensor, _ = hfName(j.views[source].name)
	}
	sc.levels = append([]settings{j.slice.sources[source].parameters}, sc.levels...)
	return sc
}

// weight is a source's weight, which has no default.
func (j job) weight(source int) (float32, error) {
	v, ok, err := j.of(source).find("weight", 0)
	if err == nil && !ok {
		err = fmt.Errorf("the weight of model %s for tensor %s is missing: state weight among its parameters", j.slice.sources[source].model, j.name)
	}
	return float32(v), err
}

// typ is the type a computed tensor gets: what is asked for, or the base's (the
// first source's) if that is a plain number. Vectors are always float32, which is
// how engines want them.
func (j job) typ() quant.Type {
	like := j.views[0]
	for i, m := range j.slice.from {
		if m == j.slice.base {
			like = j.views[i]
		}
	}
	switch {
	case len(like.shape) == 1:
		return quant.F32
	case j.forced != nil:
		return *j.forced
	case like.typ.BlockElems() == 1:
		return like.typ
	}
	return quant.F16
}

// formula puts the method and its parameters together.
func (j job) formula() (formula, error) {
	switch j.method {
	case "passthrough":
		factor, err := j.of(0).number("scale", 1)
		return &scaled{x: j.views[0], factor: float32(factor)}, err
	case "linear":
		return j.linear()
	case "slerp":
		return j.slerp()
	}
	return j.arithmetic()
}

func (j job) linear() (formula, error) {
	f := &linear{models: j.views, divisor: 1}
	sum := float32(0)
	for i := range j.views {
		w, err := j.weight(i)
		if err != nil {
			return nil, err
		}
		f.weights = append(f.weights, w)
		sum += w
	}
	normalize, err := j.shared().flag("normalize", true)
	if normalize {
		f.divisor = sum
	}
	if normalize && sum == 0 {
		err = fmt.Errorf("the weights for tensor %s add up to 0, so that they cannot be normalized; state normalize: false or other weights", j.name)
	}
	return f, err
}

func (j job) slerp() (formula, error) {
	share, ok, err := j.shared().find("t", 0)
	if err == nil && !ok {
		err = fmt.Errorf("t is missing for tensor %s: state it among the parameters, 0 for the base_model and 1 for the other", j.name)
	}
	f := &slerp{a: j.views[0], b: j.views[1], t: share}
	if j.slice.from[0] != j.slice.base {
		f.a, f.b = f.b, f.a
	}
	return f, err
}

func (j job) arithmetic() (formula, error) {
	ties, dare := j.method == "ties" || j.method == "dare_ties", j.method == "dare_ties" || j.method == "dare_linear"
	f, k := &arithmetic{consensus: ties}, &keep{}
	f.normalize = kept[bool](k)(j.shared().flag("normalize", j.method == "ties"))
	f.lambda = float32(kept[float64](k)(j.shared().number("lambda", 1)))
	rescale := kept[bool](k)(j.shared().flag("rescale", dare))
	for i, v := range j.views {
		if j.slice.from[i] == j.slice.base {
			f.base = v
			continue
		}
		c := &change{of: v, density: 1, random: dare, rescale: rescale, seed: j.seed, name: j.name, number: i}
		c.weight = kept[float32](k)(j.weight(i))
		if ties || dare {
			c.density = kept[float64](k)(j.of(i).number("density", 1))
		}
		f.changes = append(f.changes, c)
	}
	return f, k.err
}
