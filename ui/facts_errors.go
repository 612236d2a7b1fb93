package ui

import "fyne.io/fyne/v2/lang"

// errorText is an error of the engine or of app in the reader's language, where it
// is one of those that readers meet; others stay English. A name that stands before
// it stays where it is.
func errorText(text string) string {
	p := newPhrases(errorTexts())
	p.value = valueText
	return p.say(text)
}

// errorTexts are the errors as they are written where they arise, formats and all,
// and what is said instead of them.
func errorTexts() map[string]string {
	return map[string]string{
		"%s is damaged: %s; download it again":   lang.L("%s is damaged: %s; download it again"),
		"%s is cut short: %w; download it again": lang.L("%s is cut short: %w; download it again"),
		"the architecture %.80q is not supported: Beyonder runs Llama, Mistral and Mixtral models (architecture %.80q)":          lang.L("the architecture %.80q is not supported: Beyonder runs Llama, Mistral and Mixtral models (architecture %.80q)"),
		"the last message alone does not fit the context window of %d tokens; shorten it or load the model with a larger window": lang.L("the last message alone does not fit the context window of %d tokens; shorten it or load the model with a larger window"),
		"a window of %d tokens needs %.1f GB besides the weights, but %.1f GB are free; choose a smaller window":                 lang.L("a window of %d tokens needs %.1f GB besides the weights, but %.1f GB are free; choose a smaller window"),
		"a context window of %d tokens is not possible: choose 1 to %d, or 0 for the model's own":                                lang.L("a context window of %d tokens is not possible: choose 1 to %d, or 0 for the model's own"),
		"the prompt of this reply has %d tokens, more than fit the context of %d: load the model with a larger one":              lang.L("the prompt of this reply has %d tokens, more than fit the context of %d: load the model with a larger one"),
		"the model needs %.1f GB of graphics memory, %.1f GB are free":                                                           lang.L("the model needs %.1f GB of graphics memory, %.1f GB are free"),
		"the graphics card cannot be used: %w":                                      lang.L("the graphics card cannot be used: %w"),
		"%s cannot be run: %w":                                                      lang.L("%s cannot be run: %w"),
		"the file holds a vocabulary, but no weights":                               lang.L("the file holds a vocabulary, but no weights"),
		"all experts are switched off: switch one on, so that something can answer": lang.L("all experts are switched off: switch one on, so that something can answer"),
		"the model is no mixture: it has no experts to try out":                     lang.L("the model is no mixture: it has no experts to try out"),
		"the experiment is for another model: this one has %d experts":              lang.L("the experiment is for another model: this one has %d experts"),
		"the engine is at work: stop it or wait until it ends":                      lang.L("the engine is at work: stop it or wait until it ends"),
		"how this reply was made was not kept: it is from an earlier version of Beyonder, its text was changed, or it was broken off by a crash": lang.L("how this reply was made was not kept: it is from an earlier version of Beyonder, its text was changed, or it was broken off by a crash"),
		"only the last reply of a conversation can be continued: regenerate this one instead":                                                    lang.L("only the last reply of a conversation can be continued: regenerate this one instead"),
		"choose the base model first: everything but the experts' own layers comes from it":                                                      lang.L("choose the base model first: everything but the experts' own layers comes from it"),
		"a mixture needs at least two experts: add another model":                                                                                lang.L("a mixture needs at least two experts: add another model"),
		"give the mixture a name, so that it can be written":                                                                                     lang.L("give the mixture a name, so that it can be written"),
		"choose a model for expert %d": lang.L("choose a model for expert %d"),
		"write at least one prompt for expert %d (%s): it tells the router what the expert is for": lang.L("write at least one prompt for expert %d (%s): it tells the router what the expert is for"),
		"this reply was written by %s: load that model to replay it":                               lang.L("this reply was written by %s: load that model to replay it"),
		"this reply was written by another file of the name %s: load that one to replay it":        lang.L("this reply was written by another file of the name %s: load that one to replay it"),
		"%s is in the models folder already: choose another name, or replace it":                   lang.L("%s is in the models folder already: choose another name, or replace it"),
		"the oldest messages were dropped in the middle of this reply: it cannot be replayed":      lang.L("the oldest messages were dropped in the middle of this reply: it cannot be replayed"),
		"there is no host %s, or no connection to the network; check the address":                  lang.L("there is no host %s, or no connection to the network; check the address"),
		"%s takes no connections":    lang.L("%s takes no connections"),
		"%s cut the connection":      lang.L("%s cut the connection"),
		"%s has sent nothing for %s": lang.L("%s has sent nothing for %s"),
		"%s could not be downloaded: %w; what came is kept, and the next time goes on from there": lang.L("%s could not be downloaded: %w; what came is kept, and the next time goes on from there"),
		"%v; trying again in %s":                                    lang.L("%v; trying again in %s"),
		"%s could not be downloaded: %w":                            lang.L("%s could not be downloaded: %w"),
		"there is no such file on %s (%s): check the address of %s": lang.L("there is no such file on %s (%s): check the address of %s"),
		"huggingface.co does not give %s to everybody: accept the licence on the model's page, make a token there and give it (HF_TOKEN), or check the address": lang.L("huggingface.co does not give %s to everybody: accept the licence on the model's page, make a token there and give it (HF_TOKEN), or check the address"),
		"%s needs %s of room, %s are free in %s: make room there":                                                                                                   lang.L("%s needs %s of room, %s are free in %s: make room there"),
		"%s is there already, in %s: delete it first, if you want to download it again":                                                                             lang.L("%s is there already, in %s: delete it first, if you want to download it again"),
		"%.200q is no address: give one that begins with https://, or OWNER/NAME/FILE.gguf of Hugging Face":                                                         lang.L("%.200q is no address: give one that begins with https://, or OWNER/NAME/FILE.gguf of Hugging Face"),
		"%.200q is a page, not a file: open Files on the model's page and copy a .gguf file's address":                                                              lang.L("%.200q is a page, not a file: open Files on the model's page and copy a .gguf file's address"),
		"that is no SHA-256 sum: it has 64 digits, 0 to 9 and a to f":                                                                                               lang.L("that is no SHA-256 sum: it has 64 digits, 0 to 9 and a to f"),
		"%s has the SHA-256 sum %s, but you gave %s: it is another file or was damaged on its way and was thrown away; download it again, or from elsewhere":        lang.L("%s has the SHA-256 sum %s, but you gave %s: it is another file or was damaged on its way and was thrown away; download it again, or from elsewhere"),
		"%s has the SHA-256 sum %s, but the server says %s: it is another file or was damaged on its way and was thrown away; download it again, or from elsewhere": lang.L("%s has the SHA-256 sum %s, but the server says %s: it is another file or was damaged on its way and was thrown away; download it again, or from elsewhere"),
		"%s is being downloaded already, by another window or command":                                                                                              lang.L("%s is being downloaded already, by another window or command"),
		"what was downloaded cannot be used and was thrown away: %w":                                                                                                lang.L("what was downloaded cannot be used and was thrown away: %w"),
		"%d characters (of Arabic, say, coloured emoji, or what no font of the system has) are boxes in the PDF: HTML keeps them":                                   lang.L("%d characters (of Arabic, say, coloured emoji, or what no font of the system has) are boxes in the PDF: HTML keeps them"),
		"1 character (of Arabic, say, a coloured emoji, or what no font of the system has) is a box in the PDF: HTML keeps it":                                      lang.L("1 character (of Arabic, say, a coloured emoji, or what no font of the system has) is a box in the PDF: HTML keeps it"),
		"a preset needs a name":                                                  lang.L("a preset needs a name"),
		"there is a preset %q already: choose another name":                      lang.L("there is a preset %q already: choose another name"),
		"an assistant needs a name":                                              lang.L("an assistant needs a name"),
		"a folder needs a name":                                                  lang.L("a folder needs a name"),
		"%s was not imported: %w":                                                lang.L("%s was not imported: %w"),
		"it is no JSON file, or was cut short":                                   lang.L("it is no JSON file, or was cut short"),
		"it is no assistant of Beyonder's":                                       lang.L("it is no assistant of Beyonder's"),
		"%s cannot be attached: %w":                                              lang.L("%s cannot be attached: %w"),
		"%s; %s is used instead, %s":                                             lang.L("%s; %s is used instead, %s"),
		"another can be chosen in the settings":                                  lang.L("another can be chosen in the settings"),
		"the file has no chat template":                                          lang.L("the file has no chat template"),
		"the file's chat template cannot be used (%v)":                           lang.L("the file's chat template cannot be used (%v)"),
		"the window of %d tokens is larger than the %d the model was trained on": lang.L("the window of %d tokens is larger than the %d the model was trained on"),
	}
}
