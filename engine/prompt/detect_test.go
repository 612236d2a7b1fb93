package prompt

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestDetect takes the published templates' telling parts.
func TestDetect(t *testing.T) {
	for source, want := range map[string]string{
		"'<|im_start|>' + role":                             "chatml",
		"<|im_start|>user<|im_sep|>":                        "phi4",
		"[SYSTEM_PROMPT] x[/SYSTEM_PROMPT][INST] ":          "mistral-v7",
		"[AVAILABLE_TOOLS] ' [INST] '":                      "mistral",
		`[AVAILABLE_TOOLS] "[INST]"`:                        "mistral-tekken",
		"[AVAILABLE_TOOLS] '[INST] '":                       "mistral-v3",
		"'[INST] ' + '<<SYS>>\\n'":                          "llama2",
		"{{ '[INST] ' + message['content'] + ' [/INST]' }}": "mistral",
		"<|user|> <|assistant|> <|end|>":                    "phi3",
		"<|user|> <|assistant|> + eos_token":                "zephyr",
		"[gMASK]<sop> <|user|> <|assistant|>":               "",
		"<|user|> <|endoftext|>":                            "zephyr",
		"{{ bos_token + message['role'] }} <start_of_turn>": "",
		"<start_of_turn>":                                   "gemma",
		"'GPT4 Correct ' + role":                            "openchat",
		"'USER: ' 'ASSISTANT: '":                            "vicuna",
		"'SYSTEM: ' 'USER: ' 'ASSISTANT: '":                 "vicuna-orca",
		"### Instruction: <|EOT|>":                          "",
		"<|START_OF_TURN_TOKEN|><|USER_TOKEN|>":             "command-r",
		"<|start_header_id|> <|end_header_id|>":             "llama3",
		"'Assistant: ' + message['content'] + eos_token":    "deepseek2",
		"<｜Assistant｜> <｜User｜> <｜end▁of▁sentence｜>":        "deepseek",
		"[|endofturn|]":                                     "",
		"<|start_of_role|>":                                 "granite",
		"### Instruction: ### Response:":                    "alpaca",
		"{{ messages }}":                                    "",
	} {
		preset, ok := Detect(source)
		if preset != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v; want %q", source, preset, ok, want)
		}
		if _, there := Preset(preset); ok && !there {
			t.Errorf("there is no preset %s", preset)
		}
	}
}

// TestDetectModels names the family of real templates.
func TestDetectModels(t *testing.T) {
	folder := sharedTemplates(t)
	for file, want := range map[string]string{
		"Qwen-Qwen2.5-7B-Instruct":                    "chatml",
		"meta-llama-Llama-3.1-8B-Instruct":            "llama3",
		"microsoft-Phi-3.5-mini-instruct":             "phi3",
		"google-gemma-2-2b-it":                        "gemma",
		"mistralai-Mistral-Nemo-Instruct-2407":        "mistral-tekken",
		"Mistral-Small-3.2-24B-Instruct-2506":         "mistral-v7",
		"deepseek-ai-DeepSeek-R1-Distill-Llama-8B":    "deepseek",
		"ibm-granite-granite-3.3-2B-Instruct":         "granite",
		"CohereForAI-c4ai-command-r-plus-tool_use":    "command-r",
		"NousResearch-Hermes-3-Llama-3.1-8B-tool_use": "chatml",
	} {
		source, err := os.ReadFile(filepath.Join(folder, file+".jinja"))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := Detect(string(source)); got != want {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

func TestStops(t *testing.T) {
	for source, want := range map[string][]string{
		"'GPT4 Correct ' '<|end_of_turn|>'": {"<|end_of_turn|>", "GPT4 Correct User:"},
		"<|im_start|> <|im_end|>":           {"<|im_end|>", "<|im_start|>"},
		"<|start|> <|end|> <|return|>":      {"<|return|>"},
		"{{ messages }}":                    nil,
	} {
		if got := mustParse(t, source).Stops(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
}
