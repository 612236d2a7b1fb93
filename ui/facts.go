package ui

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2/lang"

	"beyonder/engine"
)

// factText is a text of the engine or of app in the reader's language, where it
// is one of those that are shown again and again; others stay as they are. The
// engine speaks English: it runs in another process and answers commands, too.
func factText(text string) string {
	if rest, found := strings.CutPrefix(text, "no OpenGL 4.3: "); found {
		return lang.L("no OpenGL 4.3") + ": " + factText(rest)
	}
	if renderer, found := strings.CutPrefix(text, "only a software renderer ("); found {
		return fmt.Sprintf(lang.L("only a software renderer (%s)"), strings.TrimSuffix(renderer, ")"))
	}
	if version, found := strings.CutPrefix(text, "the driver offers "); found {
		return fmt.Sprintf(lang.L("the driver offers %s"), version)
	}
	if amount, found := strings.CutSuffix(text, " did not fit"); found {
		return fmt.Sprintf(lang.L("%s did not fit"), amount)
	}
	for _, translated := range []func(string) string{stageText, reasonText, pagesReason, presetWords, differenceText} {
		if t := translated(text); t != "" {
			return t
		}
	}
	return text
}

// stageText is what is being done while a model is loaded, written or mixed.
func stageText(text string) string {
	switch text {
	case engine.StageCard:
		return lang.L("looking for a graphics card")
	case engine.StageMove:
		return lang.L("moving weights to the graphics card")
	case engine.StageCopy:
		return lang.L("copying weights into large pages")
	case "reading weights":
		return lang.L("reading weights")
	case "reading the sentences":
		return lang.L("reading the sentences")
	case "reading the prompts":
		return lang.L("reading the prompts")
	case "reading the base model":
		return lang.L("reading the base model")
	case "writing":
		return lang.L("writing")
	case "done":
		return lang.L("done")
	}
	return ""
}

// reasonText is why a model runs on the processor.
func reasonText(text string) string {
	switch text {
	case "there is no display":
		return lang.L("there is no display")
	case "the display does not answer":
		return lang.L("the display does not answer")
	case "macOS has only 4.1":
		return lang.L("macOS has only 4.1")
	case "the graphics card has not enough free memory":
		return lang.L("the graphics card has not enough free memory")
	}
	return ""
}

// pagesReason is why weights in small pages were not copied.
func pagesReason(text string) string {
	switch text {
	case "not worth a copy":
		return lang.L("not worth a copy")
	case "memory is too short for a copy":
		return lang.L("memory is too short for a copy")
	case "the system has no large pages to give":
		return lang.L("the system has no large pages to give")
	}
	return ""
}

// presetWords are the names of presets and what they are good for.
func presetWords(text string) string {
	switch text {
	case "precise":
		return lang.L("precise")
	case "creative":
		return lang.L("creative")
	case "The defaults of llama.cpp: a good start for any model.":
		return lang.L("The defaults of llama.cpp: a good start for any model.")
	case "The model card's own: temperature before top-k and top-p, at most 256 new tokens.":
		return lang.L("The model card's own: temperature before top-k and top-p, at most 256 new tokens.")
	case "Close to the likeliest words: for facts, code and sums.":
		return lang.L("Close to the likeliest words: for facts, code and sums.")
	case "Wide choice without the obvious words and without loops: for stories and ideas.":
		return lang.L("Wide choice without the obvious words and without loops: for stories and ideas.")
	}
	return ""
}

// differenceText is what two replies were not written with alike. The samplers'
// settings go by the names that they are kept by.
func differenceText(text string) string {
	switch text {
	case "Model":
		return lang.L("Model")
	case "Device":
		return lang.L("Device")
	case "Template":
		return lang.L("Template")
	case "KV cache":
		return lang.L("KV cache")
	case "Build":
		return lang.L("Build")
	case "Experts":
		return lang.L("Experts")
	case "Changed by you":
		return lang.L("Changed by you")
	case "Seed":
		return lang.L("Seed")
	case "Temperature":
		return lang.L("Temperature")
	case "Order":
		return lang.L("Order")
	case "Repeat penalty":
		return lang.L("Repeat penalty")
	case "Max tokens":
		return lang.L("Longest reply")
	case "Stop":
		return lang.L("Stop at")
	case "Banned":
		return lang.L("Never write")
	case "yes":
		return lang.L("yes")
	case "no":
		return lang.L("no")
	case "none":
		return lang.L("none")
	case "all":
		return lang.L("all")
	}
	return ""
}
