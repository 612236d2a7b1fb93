package hf

import (
	"fmt"
	"strings"
)

// foreignConfig refuses quantized folders by what their configuration says.
func foreignConfig(files *files, o *object) error {
	q, where := o.object("quantization_config"), "config.json: quantization_config"
	if q == nil {
		for _, f := range []struct{ name, method string }{{"quantize_config.json", "gptq"}, {"quant_config.json", "awq"}} {
			if files.has(f.name) {
				return foreign(f.method, "it has a "+f.name)
			}
		}
		return o.err()
	}
	method, ok := q.string("quant_method")
	if !ok {
		for _, bits := range []string{"load_in_4bit", "load_in_8bit"} {
			if on, _ := q.bool(bits); on {
				method = "bitsandbytes"
			}
		}
	}
	if o.err() != nil {
		return o.err()
	}
	return foreign(method, where)
}

// foreign is the refusal of weights quantized by a method that is not read here.
func foreign(method, where string) error {
	name := map[string]string{
		"awq": "AWQ", "gptq": "GPTQ", "exl2": "EXL2", "bitsandbytes": "bitsandbytes (NF4, FP4 or 8-bit)", "fp8": "FP8", "mxfp4": "MXFP4",
	}[strings.ToLower(method)]
	if name == "" {
		name = fmt.Sprintf("the method %.80q", method)
	}
	return fmt.Errorf("the weights are quantized with %s (%s), which is not supported: choose the original model or a GGUF file of it", name, where)
}

// foreignNames refuses quantized folders by the names of their tensors, for those
// whose configuration keeps silent.
func (w *weights) foreignNames() error {
	gptq, awq := "", ""
	for name := range w.tensors {
		switch {
		case strings.HasSuffix(name, ".g_idx"):
			gptq = name
		case strings.HasSuffix(name, ".qweight"):
			awq = name
		case strings.HasSuffix(name, ".q_weight"), strings.HasSuffix(name, ".q_invperm"):
			return foreign("exl2", "tensor "+name)
		case strings.Contains(name, ".quant_state.bitsandbytes__"):
			return foreign("bitsandbytes", "tensor "+name)
		case strings.HasSuffix(name, ".weight_packed"):
			return foreign("compressed-tensors", "tensor "+name)
		}
	}
	if gptq != "" {
		return foreign("gptq", "tensor "+gptq)
	}
	if awq != "" {
		return foreign("awq", "tensor "+awq)
	}
	return nil
}
