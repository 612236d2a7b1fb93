package prompt

import "strings"

// Detect names the preset whose layout a template's source has, by what occurs
// in it; the rules and their order are llama.cpp's llm_chat_detect_template. ok
// is false if there is no such preset.
func Detect(source string) (preset string, ok bool) {
	preset = detect(func(all ...string) bool {
		for _, part := range all {
			if !strings.Contains(source, part) {
				return false
			}
		}
		return true
	})
	return preset, preset != ""
}

// detect takes the first rule that holds. A family that has no preset here is
// named all the same, as "", so that no later rule takes it for another.
func detect(has func(all ...string) bool) string {
	switch {
	case has("<|im_start|>", "<|im_sep|>"):
		return "phi4"
	case has("<|im_start|>"):
		return "chatml"
	case has("[INST]"):
		return detectInst(has)
	case has("<|assistant|>", "<|end|>"):
		return "phi3"
	case has("<|assistant|>", "<|user|>"):
		return detectAssistant(has)
	case has("<|user|>", "<|endoftext|>"):
		return "zephyr"
	case has("bos_token + message['role']"): // Monarch
		return ""
	case has("<start_of_turn>"):
		return "gemma"
	case has("GPT4 Correct "):
		return "openchat"
	case has("USER: ", "ASSISTANT: ", "SYSTEM: "):
		return "vicuna-orca"
	case has("USER: ", "ASSISTANT: "):
		return "vicuna"
	case has("### Instruction:", "<|EOT|>"): // DeepSeek Coder
		return ""
	case has("<|START_OF_TURN_TOKEN|>", "<|USER_TOKEN|>"):
		return "command-r"
	case has("<|start_header_id|>", "<|end_header_id|>"):
		return "llama3"
	case has("[gMASK]sop"), has("[gMASK]<sop>"), has("<用户>"): // ChatGLM, MiniCPM
		return ""
	case has("'Assistant: ' + message['content'] + eos_token"):
		return "deepseek2"
	case has("<｜Assistant｜>", "<｜User｜>", "<｜end▁of▁sentence｜>"):
		return "deepseek"
	case has("[|endofturn|]"): // EXAONE
		return ""
	case has("<|start_of_role|>"):
		return "granite"
	case has("### Instruction:"), has("### Response:"): // our addition
		return "alpaca"
	}
	return ""
}

// detectInst tells the formats with [INST] apart. llama.cpp takes a template
// without <<SYS>> for a Llama 2 as well; Mixtral's is one, so it is Mistral here.
func detectInst(has func(all ...string) bool) string {
	switch {
	case has("[SYSTEM_PROMPT]"):
		return "mistral-v7"
	case has("[AVAILABLE_TOOLS]"), has("' [INST] ' + system_message"):
		switch {
		case has(" [INST]"):
			return "mistral"
		case has(`"[INST]"`):
			return "mistral-tekken"
		default:
			return "mistral-v3"
		}
	case has("<<SYS>>"):
		return "llama2"
	}
	return "mistral"
}

// detectAssistant tells apart what has <|user|> and <|assistant|>.
func detectAssistant(has func(all ...string) bool) string {
	if has("</s>") || has("eos_token") && !has("[gMASK]") {
		return "zephyr"
	}
	return "" // GLM
}
