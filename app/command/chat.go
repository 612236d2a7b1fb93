package command

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"beyonder/engine"
	"beyonder/engine/prompt"
)

// chatCmd answers one prompt, or holds a conversation in the terminal.
type chatCmd struct {
	loading
	sampling
	Prompt string `short:"p" help:"What to answer; without it, a conversation is read from standard input."`
	Raw    bool   `help:"Go on with the prompt as it is, without a chat template."`
	System string `help:"System prompt."`
	Policy string `default:"stop" enum:"stop,roll" help:"When the window is full: stop, or roll (drop the oldest turns)."`
	JSON   bool   `name:"json" help:"Write one JSON object for each reply: text, tokens and figures."`
}

// talk is a conversation in a terminal.
type talk struct {
	*env
	cmd      *chatCmd
	engine   *engine.Local
	request  engine.Request
	messages []prompt.Message
}

func (c *chatCmd) Run(e *env) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	if c.Raw && c.Prompt == "" {
		return errors.New("--raw needs a --prompt to go on with")
	}
	l, err := e.load(c.options())
	if err != nil {
		return err
	}
	defer l.Close()
	e.warn(l)
	t := &talk{env: e, cmd: c, engine: l}
	t.request = engine.Request{Sampling: settings, Policy: engine.ContextPolicy(c.Policy)}
	if c.System != "" {
		t.messages = append(t.messages, prompt.Message{Role: prompt.System, Content: c.System})
	}
	if c.Prompt != "" {
		return t.answer(e.ctx, c.Prompt)
	}
	return t.converse()
}

// converse answers line by line until the input ends.
func (t *talk) converse() error {
	interactive := isTerminal(t.in)
	if interactive {
		info, _ := t.engine.Info()
		fmt.Fprintf(t.err, "%s on %s. Ctrl+C stops a reply, Ctrl+D ends.\n", info.Name, info.Device)
	}
	lines := bufio.NewScanner(t.in)
	lines.Buffer(nil, 16<<20)
	for {
		if interactive {
			fmt.Fprint(t.err, "> ")
		}
		if !lines.Scan() {
			return lines.Err()
		}
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		err := t.answer(ctx, lines.Text())
		stop()
		if err != nil {
			return err
		}
	}
}

func isTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	s, err := f.Stat()
	return err == nil && s.Mode()&os.ModeCharDevice != 0
}

// result is what --json prints for a reply.
type result struct {
	Text   string       `json:"text"`
	Tokens []int32      `json:"tokens"`
	Done   *engine.Done `json:"done"`
}

// answer writes one reply and remembers it.
func (t *talk) answer(ctx context.Context, text string) error {
	r := t.request
	if t.cmd.Raw {
		r.Prompt = text
	} else {
		t.messages = append(t.messages, prompt.Message{Role: prompt.User, Content: text})
		r.Messages = t.messages
	}
	var out result
	var reply strings.Builder
	for p, err := range t.engine.Reply(ctx, r) {
		if err != nil {
			return err
		}
		if !t.cmd.JSON {
			fmt.Fprint(t.out, p.Text)
		}
		reply.WriteString(p.Text)
		for _, k := range p.Tokens {
			out.Tokens = append(out.Tokens, k.ID)
		}
		out.Done = p.Done
	}
	t.messages = append(t.messages, prompt.Message{Role: prompt.Assistant, Content: reply.String()})
	if t.cmd.JSON {
		out.Text = reply.String()
		return json.NewEncoder(t.out).Encode(out)
	}
	fmt.Fprintln(t.out)
	t.tell(out.Done)
	return nil
}

// tell says on standard error what the reader of the text cannot see.
func (t *talk) tell(d *engine.Done) {
	switch {
	case d == nil:
	case d.Reason == engine.StopContext:
		fmt.Fprintf(t.err, "beyonder: the context window is full (%d of %d tokens); --policy roll goes on by dropping the oldest turns, --context enlarges it\n", d.ContextUsed, d.ContextSize)
	case d.Reason == engine.StopCancelled:
		fmt.Fprintln(t.err, "beyonder: stopped")
	}
}
