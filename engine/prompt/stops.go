package prompt

import (
	"slices"
	"strings"
)

// presetStops are the texts that end a turn in a preset's layout: the end of
// turn itself, or what begins the next turn where the layout has no such mark.
func presetStops(preset string) []string {
	switch preset {
	case "alpaca", "wizardmath":
		return []string{"\n### Instruction:"}
	case "chatml", "phi4":
		return []string{"<|im_end|>", "<|im_start|>"}
	case "command-r":
		return []string{"<|END_OF_TURN_TOKEN|>"}
	case "deepseek":
		return []string{"<｜end▁of▁sentence｜>", "<｜User｜>"}
	case "deepseek2":
		return []string{"<｜end▁of▁sentence｜>", "\n\nUser:"}
	case "gemma":
		return []string{"<end_of_turn>", "<start_of_turn>"}
	case "granite":
		return []string{"<|end_of_text|>", "<|start_of_role|>"}
	case "llama2", "mistral", "mistral-tekken", "mistral-v3", "mistral-v7":
		return []string{"</s>", "[INST]"}
	case "llama3":
		return []string{"<|eot_id|>", "<|end_of_text|>"}
	case "openchat":
		return []string{"<|end_of_turn|>", "GPT4 Correct User:"}
	case "phi3":
		return []string{"<|end|>", "<|user|>"}
	case "vicuna", "vicuna-orca":
		return []string{"</s>", "\nUSER:"}
	case "zephyr":
		return []string{"</s>", "<|user|>"}
	}
	return nil
}

// stopsIn are the stops of the family that a template's source shows, and every
// mark of an ended turn that occurs in it.
func stopsIn(source string) []string {
	preset, _ := Detect(source)
	stops := presetStops(preset)
	for _, mark := range [...]string{
		"<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|return|>", "<|call|>", "<|end_of_turn|>",
		"<end_of_turn>", "<turn|>", "<|end_of_text|>", "<|endoftext|>", "<end_of_utterance>", "<|END_OF_TURN_TOKEN|>",
		"<｜end▁of▁sentence｜>", "<|EOT|>", "</s>", "<|user|>",
	} {
		if strings.Contains(source, mark) && !slices.Contains(stops, mark) {
			stops = append(stops, mark)
		}
	}
	if strings.Contains(source, "<|return|>") {
		// In the harmony format <|end|> ends a message, and the turn goes on.
		stops = slices.DeleteFunc(stops, func(s string) bool { return s == "<|end|>" })
	}
	return stops
}
