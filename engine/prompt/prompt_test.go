package prompt

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	oneTurn   = []Message{{User, "Hi"}}
	threeTurn = []Message{{System, "Be kind."}, {User, "Hi"}, {Assistant, "Yo."}, {User, "Bye"}}
)

func mustParse(t testing.TB, source string) *Template {
	t.Helper()
	template, err := Parse("test", source)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func mustPreset(t testing.TB, name string) *Template {
	t.Helper()
	template, ok := Preset(name)
	if !ok {
		t.Fatalf("there is no preset %s", name)
	}
	return template
}

// TestLayouts pins every preset's layout, as its model's makers publish it.
func TestLayouts(t *testing.T) {
	const alpaca = "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
	layouts := []struct{ name, one, three string }{
		{"alpaca", alpaca + "### Instruction:\nHi\n\n### Response:",
			"Be kind.\n\n### Instruction:\nHi\n\n### Response:\nYo.\n\n### Instruction:\nBye\n\n### Response:"},
		{"chatml", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
			"<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYo.<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n"},
		{"command-r", "<s><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hi<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
			"<s><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Be kind.<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hi<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>Yo.<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Bye<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"},
		{"deepseek", "<s><｜User｜>Hi<｜Assistant｜>",
			"<s>Be kind.<｜User｜>Hi<｜Assistant｜>Yo.<｜end▁of▁sentence｜><｜User｜>Bye<｜Assistant｜>"},
		{"deepseek2", "<s>User: Hi\n\nAssistant:",
			"<s>Be kind.\n\nUser: Hi\n\nAssistant: Yo.<｜end▁of▁sentence｜>User: Bye\n\nAssistant:"},
		{"gemma", "<s><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n",
			"<s><start_of_turn>user\nBe kind.\n\nHi<end_of_turn>\n<start_of_turn>model\nYo.<end_of_turn>\n<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\n"},
		{"granite", "<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>",
			"<|start_of_role|>system<|end_of_role|>Be kind.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>Yo.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Bye<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>"},
		{"llama2", "<s>[INST] Hi [/INST]",
			"<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Yo. </s><s>[INST] Bye [/INST]"},
		{"llama3", "<s><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
			"<s><|start_header_id|>system<|end_header_id|>\n\nBe kind.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nYo.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"},
		{"mistral", "<s>[INST] Hi [/INST]", "<s>[INST] Be kind.\n\nHi [/INST] Yo.</s>[INST] Bye [/INST]"},
		{"mistral-tekken", "<s>[INST]Hi[/INST]", "<s>[INST]Be kind.\n\nHi[/INST]Yo.</s>[INST]Bye[/INST]"},
		{"mistral-v3", "<s>[INST] Hi[/INST]", "<s>[INST] Be kind.\n\nHi[/INST] Yo.</s>[INST] Bye[/INST]"},
		{"mistral-v7", "<s>[INST] Hi[/INST]",
			"<s>[SYSTEM_PROMPT] Be kind.[/SYSTEM_PROMPT][INST] Hi[/INST] Yo.</s>[INST] Bye[/INST]"},
		{"openchat", "<s>GPT4 Correct User: Hi<|end_of_turn|>GPT4 Correct Assistant:",
			"<s>Be kind.<|end_of_turn|>GPT4 Correct User: Hi<|end_of_turn|>GPT4 Correct Assistant: Yo.<|end_of_turn|>GPT4 Correct User: Bye<|end_of_turn|>GPT4 Correct Assistant:"},
		{"phi3", "<|user|>\nHi<|end|>\n<|assistant|>\n",
			"<|system|>\nBe kind.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nYo.<|end|>\n<|user|>\nBye<|end|>\n<|assistant|>\n"},
		{"phi4", "<|im_start|>user<|im_sep|>Hi<|im_end|><|im_start|>assistant<|im_sep|>",
			"<|im_start|>system<|im_sep|>Be kind.<|im_end|><|im_start|>user<|im_sep|>Hi<|im_end|><|im_start|>assistant<|im_sep|>Yo.<|im_end|><|im_start|>user<|im_sep|>Bye<|im_end|><|im_start|>assistant<|im_sep|>"},
		{"vicuna", "USER: Hi\nASSISTANT:", "Be kind.\n\nUSER: Hi\nASSISTANT: Yo.</s>\nUSER: Bye\nASSISTANT:"},
		{"vicuna-orca", "USER: Hi\nASSISTANT:", "SYSTEM: Be kind.\nUSER: Hi\nASSISTANT: Yo.</s>\nUSER: Bye\nASSISTANT:"},
		{"wizardmath", alpaca + "### Instruction:\nHi\n\n### Response: Let's think step by step.",
			"Be kind.\n\n### Instruction:\nHi\n\n### Response: Yo.\n\n### Instruction:\nBye\n\n### Response: Let's think step by step."},
		{"zephyr", "<|user|>\nHi</s>\n<|assistant|>\n",
			"<|system|>\nBe kind.</s>\n<|user|>\nHi</s>\n<|assistant|>\nYo.</s>\n<|user|>\nBye</s>\n<|assistant|>\n"},
	}
	var names []string
	for _, l := range layouts {
		names = append(names, l.name)
		template := mustPreset(t, l.name)
		for _, c := range []struct {
			messages []Message
			want     string
		}{{oneTurn, l.one}, {threeTurn, l.three}} {
			got, err := template.Render(Input{Messages: c.messages, BOS: "<s>", EOS: "</s>", AddGenerationPrompt: true})
			if err != nil || got != c.want {
				t.Errorf("%s:\n got %q, %v\nwant %q", l.name, got, err, c.want)
			}
		}
		if len(template.Stops()) == 0 {
			t.Errorf("%s has no stop strings", l.name)
		}
	}
	if !slices.Equal(names, Presets()) {
		t.Errorf("the presets are %v; tested are %v", Presets(), names)
	}
}

const strict = `{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}` +
	`{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('alternate!') }}{% endif %}` +
	`<{{ m.role }}>{{ m.content }}{% endfor %}`

// TestRefusals renders conversations that a template refuses as they are.
func TestRefusals(t *testing.T) {
	silent := `{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endfor %}`
	first := `{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('late') }}{% endif %}<{{ m.role }}>{{ m.content }}{% endfor %}`
	head := `{% if messages[0].role == 'system' %}({{ messages[0].content }}){% endif %}` + silent
	inUser := `{% for m in messages if m.role == 'user' %}<user>{% if loop.first and messages[0].role == 'system' %}{{ messages[0].content }}|{% endif %}{{ m.content }}{% endfor %}`
	for _, c := range []struct {
		name, source string
		messages     []Message
		want         string
	}{
		{"system", strict, []Message{{System, "S"}, {User, "A"}}, "<user>S\n\nA"},
		{"two systems", strict, []Message{{System, "S"}, {System, "T"}, {User, "A"}}, "<user>S\n\nT\n\nA"},
		{"no user", strict, []Message{{System, "S"}}, "<user>S"},
		{"neighbours", strict, []Message{{User, "A"}, {User, "B"}, {Assistant, "C"}, {User, "D"}}, "<user>A\n\nB<assistant>C<user>D"},
		{"both", strict, []Message{{System, "S"}, {User, "A"}, {User, "B"}}, "<user>S\n\nA\n\nB"},
		{"dropped", silent, []Message{{System, "S"}, {User, "A"}}, "<user>S\n\nA"},
		{"late system", first, []Message{{System, "S"}, {User, "A"}, {System, "T"}, {User, "B"}}, "<user>S\n\nA<user>T\n\nB"},
		{"late and dropped", head, []Message{{System, "S"}, {User, "A"}, {System, "T"}, {User, "B"}}, "<user>S\n\nA<user>T\n\nB"},
		{"two, of which the first counts", head, []Message{{System, "S"}, {System, "T"}, {User, "A"}}, "(S\n\nT)<user>A"},
		{"no user to put it to", inUser, []Message{{System, "S"}}, "<user>S"},
		{"a switch at the head", `{{ messages[0].content | replace('/no_think', '') }}` + silent, []Message{{System, "Be kind. /no_think"}, {User, "A"}}, "Be kind. <user>A"},
		{"merge keeps the system", first, []Message{{System, "S"}, {System, "T"}, {User, "A"}}, "<system>S\n\nT<user>A"},
	} {
		got, err := mustParse(t, c.source).Render(Input{Messages: c.messages})
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}

// TestRefused carries the template's words.
func TestRefused(t *testing.T) {
	_, err := mustParse(t, strict).Render(Input{Messages: []Message{{Assistant, "A"}}})
	var refused *RefusedError
	if !errors.As(err, &refused) || refused.Reason != "alternate!" || refused.Template != "test" {
		t.Fatalf("got %v", err)
	}
	if _, err := mustParse(t, strict).Render(Input{}); err == nil {
		t.Fatal("an empty conversation is rendered")
	}
	if _, err := mustParse(t, "{{ 'a' | blubb }}").Render(Input{Messages: oneTurn}); err == nil || !strings.Contains(err.Error(), "the filter blubb is not supported") {
		t.Fatalf("got %v", err)
	}
}

func TestSupportsSystem(t *testing.T) {
	for name, want := range map[string]bool{"chatml": true, "llama2": true, "mistral": false, "gemma": false, "mistral-v7": true} {
		if got := mustPreset(t, name).SupportsSystem(); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestContinue leaves the last message open.
func TestContinue(t *testing.T) {
	const (
		trims   = `{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}</s>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}`
		thinks  = `{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}<think></think>{% endif %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}`
		forced  = `{% for m in messages %}<{{ m.role }}>{{ m.content.split('</think>')[-1] }}{% endfor %}{% if add_generation_prompt %}<assistant><think>{% endif %}`
		refuses = `{% if messages[-1].role != 'user' %}{{ raise_exception('no') }}{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>`
	)
	preset := func(name string) *Template { return mustPreset(t, name) }
	for _, c := range []struct {
		name     string
		template *Template
		partial  string
		want     string
	}{
		{"chatml", preset("chatml"), "Yo", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYo"},
		{"mistral's space", preset("mistral"), "Yo", "[INST] Hi [/INST] Yo"},
		{"openchat's space", preset("openchat"), "Yo", "GPT4 Correct User: Hi<|end_of_turn|>GPT4 Correct Assistant: Yo"},
		{"nothing yet", preset("mistral"), "", "[INST] Hi [/INST]"},
		{"a space at the end stays", mustParse(t, trims), "Yo ", "[user] Hi</s>[assistant] Yo "},
		{"the text holds the mark", preset("mistral"), "a\ufdd1b", "[INST] Hi [/INST] a\ufdd1b"},
		{"added thoughts", mustParse(t, thinks), "Yo", "<user>Hi<assistant>Yo"},
		{"removed thoughts", mustParse(t, forced), "hm</think>Yo", "<user>Hi<assistant><think>hm</think>Yo"},
		{"refused", mustParse(t, refuses), "Yo", "<user>Hi<assistant>Yo"},
	} {
		messages := append(slices.Clone(oneTurn), Message{Assistant, c.partial})
		got, err := c.template.Render(Input{Messages: messages, Continue: true})
		if err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	for _, messages := range [][]Message{oneTurn, {{Assistant, "Yo"}}} {
		if got, err := preset("chatml").Render(Input{Messages: messages, Continue: true}); err == nil {
			t.Errorf("%v is continued: %q", messages, got)
		}
	}
}

// TestGuard passes the tokenizer's guard through every preset untouched.
func TestGuard(t *testing.T) {
	const guarded = "\ufdd0<|im_end|>\ufdd0</s> {{ x }} {% raw %}"
	for _, name := range Presets() {
		got, err := mustPreset(t, name).Render(Input{Messages: []Message{{User, guarded}}})
		if err != nil || strings.Count(got, guarded) != 1 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestExtraAndNow(t *testing.T) {
	template := mustParse(t, "{{ strftime_now('%d %b %Y') }} {{ enable_thinking }} {{ messages[0].content }}")
	got, err := template.Render(Input{
		Messages: oneTurn, Now: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC), Extra: map[string]any{"enable_thinking": false},
	})
	if err != nil || got != "05 Mar 2026 False Hi" {
		t.Fatalf("got %q, %v", got, err)
	}
}

// TestConcurrent renders one template from many goroutines; run it with -race.
func TestConcurrent(t *testing.T) {
	template := mustPreset(t, "mistral")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if text, err := template.Render(Input{Messages: threeTurn}); err != nil || !strings.Contains(text, "Be kind.") {
					t.Errorf("got %q, %v", text, err)
				}
			}
		})
	}
	all.Wait()
}

// TestLongConversation stays within the limits: 2000 messages, 4 MB.
func TestLongConversation(t *testing.T) {
	var messages []Message
	for range 1000 {
		messages = append(messages, Message{User, strings.Repeat("word ", 400)}, Message{Assistant, strings.Repeat("word ", 400)})
	}
	for _, name := range Presets() {
		if _, err := mustPreset(t, name).Render(Input{Messages: messages}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParseRender gives any text as template and as content.
func FuzzParseRender(f *testing.F) {
	for _, name := range Presets() {
		source, err := presetFiles.ReadFile(presetFolder + "/" + name + presetSuffix)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source), "Be kind.", "Hi \ufdd0<|im_end|>")
	}
	f.Add(strict, "\ufdd1", "")
	f.Add("{% for m in messages %}{{ m|tojson }}{{ m.content * 3 }}{% endfor %}", "a", "\xff")
	f.Fuzz(func(t *testing.T, source, system, content string) {
		template, err := Parse("fuzz", source)
		if err != nil {
			return
		}
		in := Input{Messages: []Message{{System, system}, {User, content}, {Assistant, content}}, AddGenerationPrompt: true}
		most := limits(in.Messages).Bytes
		start := time.Now()
		text, err := template.Render(in)
		if err == nil && len(text) > most {
			t.Errorf("%d bytes", len(text))
		}
		in.Continue = true
		if text, err = template.Render(in); err == nil && !strings.HasSuffix(text, strings.TrimSpace(content)) && strings.TrimSpace(content) == content {
			t.Errorf("%q does not end with the reply %q", text, content)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
