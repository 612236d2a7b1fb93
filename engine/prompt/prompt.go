// Package prompt turns a conversation into the text that a model was trained
// to read, with the chat template of the model's file or one of the presets.
//
// Its one rule: nothing of a conversation is lost. A template that has no place
// for a system prompt, or wants its roles to alternate, gets a conversation of
// the same words that it accepts, or the rendering fails.
//
// It does not know tokens. A template's text and a message's text leave it as
// one string; whoever must tell them apart marks the contents beforehand (the
// tokenizer's guard, U+FDD0, passes through untouched).
package prompt

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beyonder/engine/prompt/sandbox"
)

// Template is a chat template. Any number of goroutines may use it at once.
type Template struct {
	name   string
	parsed *sandbox.Template
	stops  []string
	system bool
}

// Input is one conversation to be rendered.
type Input struct {
	Messages            []Message
	BOS, EOS            string         // the texts of the model's tokens
	AddGenerationPrompt bool           // end with what begins the assistant's reply
	Continue            bool           // the last message is the assistant's and is left open
	Now                 time.Time      // for templates that tell the date; zero: the clock's
	Extra               map[string]any // further variables, such as enable_thinking
}

// RefusedError is a template's own refusal of a conversation, by the
// raise_exception that templates have for it.
type RefusedError struct {
	Template string
	Reason   string // the template's words
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the chat template %q refuses this conversation: %s", e.Template, e.Reason)
}

// Parse reads the Jinja source of a model file. What the template needs and
// this program lacks is often found only by Render; Detect then names a preset.
func Parse(name, source string) (*Template, error) {
	return parse(name, source, stopsIn(source))
}

func parse(name, source string, stops []string) (*Template, error) {
	parsed, err := sandbox.Parse(name, source)
	if err != nil {
		return nil, err
	}
	t := &Template{name: name, parsed: parsed, stops: stops}
	t.system = t.probeSystem()
	return t, nil
}

// Name is the name given to Parse, or the preset's.
func (t *Template) Name() string { return t.name }

// Stops are the texts that end an assistant's turn, for vocabularies that lack
// them as tokens.
func (t *Template) Stops() []string { return append([]string(nil), t.stops...) }

// SupportsSystem says whether the template writes system messages. Render puts
// them before the next user's text if it does not.
func (t *Template) SupportsSystem() bool { return t.system }

// probeSystem renders a system message and looks for it.
func (t *Template) probeSystem() bool {
	const mark = "probe of the system role"
	text, err := t.execute([]Message{{System, mark}, {User, "probe"}}, Input{AddGenerationPrompt: true})
	return err == nil && strings.Contains(text, mark)
}

// Render writes the conversation as the model wants it. The error is a
// *RefusedError when the template refuses it in every form (see variants).
func (t *Template) Render(in Input) (string, error) {
	if len(in.Messages) == 0 {
		return "", errors.New("a conversation without messages cannot be rendered; send one first")
	}
	if in.Continue {
		return t.renderOpen(in)
	}
	return t.render(in.Messages, in)
}

// render tries the conversation as it is, and then, should the template refuse
// it or lose a system message of it, its variants. The first refusal is the one
// that is told.
func (t *Template) render(messages []Message, in Input) (string, error) {
	var first error
	for form := range variants(messages, t.system) {
		text, err := t.execute(form, in)
		var refused *RefusedError
		switch {
		case errors.As(err, &refused):
			first = cmp.Or(first, err)
		case err != nil || !losesSystem(form, text):
			return text, err
		}
	}
	return "", first
}

// losesSystem tells whether a system message is missing in the text, where there are
// several, or one behind others or without a user's: most templates expect none there.
// A single one at the head is not looked for: the template may have read a switch
// such as /no_think in it.
func losesSystem(messages []Message, text string) bool {
	role := func(role string) func(Message) bool { return func(m Message) bool { return m.Role == role } }
	usual := slices.ContainsFunc(messages, role(User)) && !slices.ContainsFunc(messages[1:], role(System))
	return !usual && slices.ContainsFunc(messages, func(m Message) bool { return m.lostIn(text) })
}

func (m Message) lostIn(text string) bool {
	return m.Role == System && !strings.Contains(text, strings.TrimSpace(m.Content))
}

// execute runs the template once, as transformers' apply_chat_template does:
// tools and documents are there and None. Templates written for tools fail on
// that; they get empty lists, and what firefunction wants besides.
func (t *Template) execute(messages []Message, in Input) (string, error) {
	if in.Now.IsZero() {
		in.Now = time.Now()
	}
	text, err := t.run(messages, in, map[string]any{"tools": nil, "documents": nil})
	var refused *RefusedError
	if err == nil || errors.As(err, &refused) {
		return text, err
	}
	text, again := t.run(messages, in, map[string]any{
		"tools": []any{}, "documents": []any{}, "functions": "", "datetime": in.Now.Format(time.DateOnly),
	})
	if again != nil && !errors.As(again, &refused) {
		return "", err
	}
	return text, again
}

func (t *Template) run(messages []Message, in Input, vars map[string]any) (string, error) {
	vars["messages"] = values(messages)
	vars["bos_token"] = in.BOS
	vars["eos_token"] = in.EOS
	vars["add_generation_prompt"] = in.AddGenerationPrompt
	maps.Copy(vars, in.Extra)
	text, err := t.parsed.Render(vars, in.Now, limits(messages))
	var raised *sandbox.Raised
	if errors.As(err, &raised) {
		return "", &RefusedError{t.name, raised.Message}
	}
	return text, err
}

func values(messages []Message) []sandbox.Pairs {
	all := make([]sandbox.Pairs, len(messages))
	for i, m := range messages {
		all[i] = sandbox.Pairs{{Key: "role", Value: m.Role}, {Key: "content", Value: m.Content}}
	}
	return all
}

// limits grow with the conversation. Templates take some 150 steps for a message
// and copy its text some ten times; the costliest two of those in use look back
// from each message at all before it, or copy what they have written so far.
func limits(messages []Message) sandbox.Limits {
	size, n := 0, len(messages)
	for _, m := range messages {
		size += len(m.Content)
	}
	return sandbox.Limits{
		Steps: 1_000_000 + n*(1_000+20*n) + 4*size,
		Bytes: 64<<20 + 64*size,
	}
}
