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
	"slices"
	"strings"
	"syscall"
	"unicode"

	"beyonder/engine"
	"beyonder/engine/prompt"
	"beyonder/engine/sample"
	"beyonder/engine/worker"
)

// chatCmd answers one prompt, or holds a conversation in the terminal.
type chatCmd struct {
	loading
	sampling
	Prompt string `short:"p" help:"What to answer; without it, a conversation is read from standard input."`
	Raw    bool   `help:"Go on with the prompt as it is, without a chat template."`
	System string `help:"System prompt."`
	Cache  string `name:"prompt-cache" placeholder:"DIR" help:"Keep a long system prompt in this folder as it was read, so that another run need not read it again."`
	Policy string `default:"stop" enum:"stop,roll" help:"When the window is full: stop, or roll (drop the oldest turns)."`
	JSON   bool   `name:"json" help:"Write one JSON object for each reply: text, tokens and figures."`
}

// talk is a conversation in a terminal.
type talk struct {
	*env
	cmd      *chatCmd
	engine   *worker.Client // in a process of its own: a driver that crashes takes no conversation with it
	model    engine.LoadOptions
	terminal bool // out is one
	request  engine.Request
	messages []prompt.Message
}

// writable makes sure that files can be kept in a folder, which is made if it is not
// there; "" is none.
func writable(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "try-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func (c *chatCmd) Run(e *env) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	if c.Raw && c.Prompt == "" {
		return errors.New("--raw needs a --prompt to go on with")
	}
	if err := writable(c.Cache); err != nil {
		return fmt.Errorf("nothing can be kept in the prompt cache: %w", err)
	}
	o, err := c.options(e)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("the program does not find itself: %w", err)
	}
	client := worker.New(worker.Options{Command: []string{program, "engine"}})
	defer client.Close()
	t := &talk{env: e, cmd: c, engine: client, model: e.cached(o), terminal: isTerminal(e.out)}
	info, err := t.load(e.ctx)
	if err != nil {
		return err
	}
	if c.Raw { // no template is used
		info.Warnings = slices.DeleteFunc(info.Warnings, func(w string) bool { return strings.Contains(w, engine.InSettings) })
	}
	e.warn(info)
	if err := known(settings.LogitBias, info.Vocabulary); err != nil {
		return err
	}
	t.request = engine.Request{Sampling: settings, Policy: engine.ContextPolicy(c.Policy), Prefixes: c.Cache}
	if c.System != "" {
		t.messages = append(t.messages, prompt.Message{Role: prompt.System, Content: c.System})
	}
	if c.Prompt != "" {
		return t.answer(e.ctx, c.Prompt)
	}
	return t.converse()
}

// known refuses biases of tokens that the vocabulary does not have.
func known(bias map[int32]float64, vocabulary int) error {
	for id := range bias {
		if int(id) >= vocabulary {
			return fmt.Errorf("--logit-bias names token %d, but the model's tokens end at %d", id, vocabulary-1)
		}
	}
	return nil
}

// noRoomError says that a conversation does not fit the window, so that nothing
// was answered.
type noRoomError struct{ used, size int } // in tokens

func (e *noRoomError) Error() string {
	return fmt.Sprintf("the conversation takes %d tokens and does not fit the context window of %d; --policy roll drops the oldest turns, --context enlarges it", e.used, e.size)
}

// load loads the model, and once more after the engine was lost.
func (t *talk) load(ctx context.Context) (engine.Info, error) {
	err := t.follow(t.engine.Load(ctx, t.model))
	info, ok := t.engine.Info()
	if err == nil && !ok {
		err = context.Canceled // while it was loading
	}
	return info, err
}

// converse answers line by line until the input ends. Who sits at a terminal is
// told of an error or stops a reply and may ask again; a script ends with it.
func (t *talk) converse() error {
	interactive := isTerminal(t.in)
	if interactive {
		info, _ := t.engine.Info()
		fmt.Fprintf(t.err, "%s on %s. Ctrl+C stops a reply, Ctrl+D ends.\n", info.Name, info.Device)
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	going, done := signal.NotifyContext(context.WithoutCancel(t.ctx), syscall.SIGTERM)
	defer done()
	for lines := readLines(t.in); ; {
		if interactive {
			fmt.Fprint(t.err, "> ")
		}
		select {
		case <-interrupts: // no reply is to be stopped: it ends the program
			return context.Canceled
		case <-going.Done():
			return context.Canceled
		case l, more := <-lines:
			if !more && interactive {
				fmt.Fprintln(t.err)
			}
			if !more || l.err != nil {
				return l.err
			}
			err := t.turn(going, interrupts, l.text)
			goesOn := interactive || errors.As(err, new(*noRoomError)) // the next message may be shorter
			if err != nil && (!goesOn || going.Err() != nil) {
				return err
			} else if err != nil {
				t.status(err)
			}
		}
	}
}

// line is what a person typed, or why nothing more comes.
type line struct {
	text string
	err  error
}

// readLines reads lines that are not blank as they are taken.
func readLines(r io.Reader) <-chan line {
	out := make(chan line)
	go func() {
		defer close(out)
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			if strings.TrimSpace(lines.Text()) != "" {
				out <- line{text: lines.Text()}
			}
		}
		if err := lines.Err(); err != nil {
			out <- line{err: fmt.Errorf("standard input cannot be read: %w", err)}
		}
	}()
	return out
}

// turn answers until it is done, Ctrl+C is pressed, or the program is to end.
func (t *talk) turn(going context.Context, interrupts <-chan os.Signal, text string) error {
	ctx, stop := context.WithCancel(going)
	defer stop()
	go func() {
		select {
		case <-interrupts:
			stop()
		case <-ctx.Done():
		}
	}()
	return t.answer(ctx, text)
}

// isTerminal tells whether a reader or writer is a terminal. The null device is
// a device of characters as well.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	if !ok {
		return false
	}
	s, err := f.Stat()
	if err != nil || s.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(s, null)
}

// result is what --json prints for a reply.
type result struct {
	Text   string       `json:"text"`
	Tokens []int32      `json:"tokens"`
	Done   *engine.Done `json:"done"`
}

// answer writes one reply and remembers it, or what came of it before the engine
// was lost. A message that gets none is not part of the conversation.
func (t *talk) answer(ctx context.Context, text string) error {
	r := t.request
	if t.cmd.Raw {
		r.Prompt = text
	} else {
		r.Messages = append(slices.Clip(t.messages), prompt.Message{Role: prompt.User, Content: text})
	}
	if _, ok := t.engine.Info(); !ok {
		if _, err := t.load(ctx); err != nil {
			return err
		}
	}
	out, err := t.relay(ctx, r)
	if out.Text != "" { // some templates refuse a reply without words
		t.messages = append(r.Messages, prompt.Message{Role: prompt.Assistant, Content: out.Text})
	}
	if err != nil {
		if out.Text != "" && !t.cmd.JSON {
			fmt.Fprintln(t.out) // what went wrong is told on a line of its own
		}
		return err
	}
	noRoom := out.Done.Reason == engine.StopContext && out.Done.NewTokens == 0
	if t.cmd.JSON {
		err = json.NewEncoder(t.out).Encode(out)
	} else if !noRoom {
		_, err = fmt.Fprintln(t.out)
	}
	if err == nil && noRoom {
		return &noRoomError{out.Done.ContextUsed, out.Done.ContextSize}
	}
	t.tellEnd(out.Done)
	if err == nil && out.Done.Reason == engine.StopCancelled {
		err = context.Canceled
	}
	return err
}

// relay writes a reply's text as it comes, unless it is wanted as JSON, and goes on
// with it when the graphics card is lost.
func (t *talk) relay(ctx context.Context, r engine.Request) (result, error) {
	out := result{Tokens: []int32{}}
	for losses := 0; ; losses++ {
		before := len(out.Text)
		err := t.pass(ctx, r, &out)
		var lost *engine.LostError
		if losses == engine.MostCardLosses || ctx.Err() != nil || !errors.As(err, &lost) || !lost.Card {
			return out, err
		}
		info, err := t.load(ctx)
		if err != nil {
			return out, fmt.Errorf("%w; loading the model again: %w", lost, err)
		}
		t.tell(fmt.Sprintf("the graphics card was lost (%s); the reply goes on with %s", lost.Cause, info.Device))
		r.Resume(out.Text[before:])
	}
}

// pass adds what the engine brings to a reply.
func (t *talk) pass(ctx context.Context, r engine.Request, out *result) error {
	for p, err := range t.engine.Reply(ctx, r) {
		if err != nil {
			return err
		}
		if p.Notice != nil {
			t.notice(p.Notice)
		}
		if !t.cmd.JSON {
			if _, err := io.WriteString(t.out, t.shown(p.Text)); err != nil {
				return err
			}
		}
		out.Text += p.Text
		for _, k := range p.Tokens {
			out.Tokens = append(out.Tokens, k.ID)
		}
		out.Done = p.Done
	}
	if out.Done == nil {
		return context.Canceled // before anything was read
	}
	return nil
}

func (t *talk) notice(n *engine.Notice) {
	if n.Kind == "rolled" {
		t.tell(fmt.Sprintf("the window is full: the model no longer sees the oldest %s", messages(n.Dropped)))
		return
	}
	t.tell(n.Text)
}

func messages(n int) string {
	if n == 1 {
		return "message"
	}
	return fmt.Sprintf("%d messages", n)
}

// shown is text without what commands a terminal, if it goes to one.
func (t *talk) shown(text string) string {
	if !t.terminal {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// tellEnd says on standard error what the reader of the text cannot see.
func (t *talk) tellEnd(d *engine.Done) {
	if s := d.Sampling.Format; s != sample.FreeText && d.Reason != engine.StopEnd {
		t.tell(formatCut(d.Reason))
	}
	if d.Reason == engine.StopContext {
		t.tell(fmt.Sprintf("the context window is full (%d tokens); --policy roll goes on by dropping the oldest turns, --context enlarges it", d.ContextSize))
	}
}

// formatCut says that a reply is not complete in the form that it must have.
func formatCut(why engine.StopReason) string {
	switch why {
	case engine.StopFormat:
		return "no token of this model can go on with the reply in its format: it is not complete"
	case engine.StopLength:
		return "the reply was cut at --max-tokens: it is not complete in its format"
	case engine.StopText:
		return "the reply was cut at a stop text: it may not be complete in its format"
	}
	return "the reply was cut: it is not complete in its format"
}
