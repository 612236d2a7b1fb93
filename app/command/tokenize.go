package command

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"beyonder/engine"
	"beyonder/engine/token"
)

// tokenizeCmd prints the ids of standard input, comma-separated.
type tokenizeCmd struct {
	Model   string `short:"m" required:"" placeholder:"FILE" help:"Model or vocabulary file (.gguf)."`
	Special bool   `help:"Read control tokens such as <s> in the text as such."`
	NoBOS   bool   `name:"no-bos" help:"Do not begin with the BOS token, even if the file says so."`
}

func (c *tokenizeCmd) Run(e *env) error {
	t, err := engine.OpenVocabulary(c.Model)
	if err != nil {
		return err
	}
	for _, w := range t.Warnings() {
		e.tell(w)
	}
	text, err := io.ReadAll(until(e.ctx, e.in))
	if err != nil {
		return fmt.Errorf("standard input cannot be read: %w", err)
	}
	ids := t.Encode(string(text), token.Options{Special: c.Special, BOS: !c.NoBOS})
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = strconv.Itoa(int(id))
	}
	_, err = fmt.Fprintln(e.out, strings.Join(words, ","))
	return err
}
