package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"beyonder/engine"
)

// inspectCmd shows a file without loading it.
type inspectCmd struct {
	File    string `arg:"" help:"Model file (.gguf) or folder."`
	Context int    `short:"c" placeholder:"TOKENS" help:"Window to reckon the memory with."`
	JSON    bool   `name:"json" help:"Write JSON."`
}

func (c *inspectCmd) Run(e *env) error {
	r, err := engine.Inspect(c.File, c.Context)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	return printReport(e.out, r)
}

func printReport(w io.Writer, r engine.Report) error {
	var b strings.Builder
	format := "safetensors"
	if r.Version > 0 {
		format = fmt.Sprintf("GGUF version %d", r.Version)
	}
	fmt.Fprintf(&b, "%s\n  %s, %s, %d tensors", r.File, format, size(r.Bytes), len(r.Tensors))
	if r.Quantization != "" {
		fmt.Fprintf(&b, ", %s", r.Quantization)
	}
	b.WriteByte('\n')
	if m := r.Model; m != nil {
		fmt.Fprintf(&b, "  %s parameters, %s at work for each token\n", count(m.Parameters), count(m.ActiveParameters))
		fmt.Fprintf(&b, "  memory needed: %s of weights + %s of KV cache (%d tokens, f16) + %s to work\n",
			size(m.WeightBytes), size(m.CacheBytes), m.Context, size(m.ScratchBytes))
	}
	if r.Problem != "" {
		fmt.Fprintf(&b, "  cannot be run: %s\n", r.Problem)
	}
	b.WriteString("\nMetadata\n")
	for _, kv := range r.Metadata {
		fmt.Fprintf(&b, "  %-44s %s\n", visible(kv.Key), short(kv.Value))
	}
	b.WriteString("\nTensors\n")
	for _, t := range r.Tensors {
		fmt.Fprintf(&b, "  %-36s %-8s %-20s %12d bytes\n", visible(t.Name), t.Type, fmt.Sprint(t.Shape), t.Bytes)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// size is a number of bytes for people.
func size(bytes int64) string {
	if bytes < 1e9 {
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.2f GB", float64(bytes)/1e9)
}

// count is a number of weights for people.
func count(weights uint64) string {
	if weights < 1e9 {
		return fmt.Sprintf("%.1f M", float64(weights)/1e6)
	}
	return fmt.Sprintf("%.2f B", float64(weights)/1e9)
}

// short is a value on one line; long arrays tell their length.
func short(v any) string {
	s := fmt.Sprint(v)
	if list, ok := v.([]any); ok && len(list) > 8 {
		s = fmt.Sprintf("%d values: %v …", len(list), fmt.Sprint(list[:8]))
	}
	s = visible(strings.ReplaceAll(s, "\n", `\n`))
	if r := []rune(s); len(r) > 100 {
		s = string(r[:100]) + "…"
	}
	return s
}

// visible keeps a file's text from commanding the terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
