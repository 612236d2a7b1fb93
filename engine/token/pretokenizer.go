package token

// preTokenizer cuts text into the words within which a byte-level vocabulary
// merges: the pieces of the first stage are cut by the second, and so on.
type preTokenizer struct {
	stages     []stage
	wholeWords bool // a word that is a token is taken whole ("ignore_merges")
	addBOS     bool // texts start with BOS unless the file says otherwise
}

func cutBy(stages ...stage) preTokenizer { return preTokenizer{stages: stages} }

func (p preTokenizer) split(text string, emit func(word string)) {
	for i := len(p.stages) - 1; i > 0; i-- {
		cut, next := p.stages[i], emit
		emit = func(piece string) { cut(piece, next) }
	}
	p.stages[0](text, emit)
}

// preTokenizerNamed returns the pre-tokenizer with a name of GGUF's key
// tokenizer.ggml.pre. For a name that is unknown or missing it returns the
// default one, and ok is false.
//
// The expressions are those of the models' tokenizer.json files; where
// llama.cpp simplified them, the originals count. It is one long table.
func preTokenizerNamed(name string) (p preTokenizer, ok bool) {
	c := newClasses()
	digit, digits, threes := upTo(c.number, 1), run(nil, c.number, nil), upTo(c.number, 3)
	switch name {
	case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano":
		p = preTokenizer{[]stage{scan(c.llama3(threes))}, true, true}
	case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe":
		p = cutBy(scan(c.llama3(threes)))
	case "qwen2", "deepseek-r1-qwen", "kormo", "openpangu", "f2llmv2", "megrez", "stablelm2", "hunyuan", "solar-open", "grok-2",
		"bailingmoe", "bailingmoe2", "llada-moe":
		p = cutBy(scan(c.llama3(digit)))
	case "qwen35":
		p = cutBy(scan(c.qwen35()))
	case "ufakzeka":
		p = cutBy(scan(anyOf(run(c.lead, c.letter, nil), c.afterWord(digit, c.newline))))
	case "seed-coder":
		p = cutBy(scan(anyOf(contractionAnyCase, run(c.lead, c.letter, nil), c.afterWord(digit, nil))))
	case "minicpm5":
		p = preTokenizer{[]stage{scan(threes), scan(c.llama3(digits))}, true, false}
	case "laguna":
		p = cutBy(c.lines(), scan(c.llama3(digit)))
	case "jais-2":
		p = cutBy(scan(c.jais2()))
	case "exaone-moe":
		p = cutBy(scan(c.exaoneMoE()))
	case "gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en", "jina-v2-code", "roberta-bpe",
		"gigachat", "a.x-4.0", "mellum", "modern-bert", "exaone4", "mpt", "olmo", "jais", "trillion", "granite-docling":
		p = cutBy(scan(c.gpt2()))
	case "starcoder", "refact", "command-r", "cohere2_moe", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2":
		p = cutBy(scan(digit), scan(c.gpt2()))
	case "falcon":
		p = cutBy(scan(run(nil, newClass("\\p{P}$+<=>^~|`"), nil)), scan(c.gpt2()), c.threeDigits())
	case "deepseek-llm":
		p = cutBy(c.deepseekLLM()...)
	case "deepseek-coder":
		p = cutBy(scan(upTo(c.newline, 1)), scan(run(c.blank, c.letter, nil)), scan(run(c.blank, newClass(`\p{P}`), nil)),
			scan(run(nil, newClass(deepseekAsian), nil)), scan(digit))
	case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4":
		p = cutBy(scan(threes), scan(run(nil, newClass(deepseekKana), nil)), scan(c.deepseekV3()))
	case "tekken":
		p = preTokenizer{[]stage{scan(c.gpt4o(nil, digit))}, true, true}
	case "gpt-4o", "llama4", "kanana2", "minimax-m2", "talkie":
		p = cutBy(scan(c.gpt4o(contractionAnyCase, threes)))
	case "granite-embed-multi-97m":
		p = preTokenizer{[]stage{scan(c.gpt4o(contractionAnyCase, threes))}, true, false}
	case "tiny_aya", "cohere2moe":
		p = cutBy(thousands(newClass(`\p{Nd}`), newClass(`\p{L}\p{M}\p{N}\p{Pc}`)), scan(c.gpt4o(contractionAnyCase, threes)))
	case "youtu":
		p = preTokenizer{[]stage{youtuScripts(), scan(c.gpt4o(contractionAnyCase, digit))}, true, false}
	case "kimi-k2":
		p = cutBy(scan(c.kimiK2()))
	case "afmoe":
		p = cutBy(thousands(c.number, nil), scan(run(nil, newClass(afmoeAsian), nil)), scan(c.deepseekV3()))
	case "superbpe":
		p = cutBy(scan(digits), thousandSeams(newClass(`\p{Nd}`)))
	case "poro-chat", "bloom", "gpt3-finnish":
		p = cutBy(scan(run(c.space, newClass(bloomWord), nil)))
	case "viking":
		p = cutBy(scan(run(c.space, newClass(bloomWord), nil)), scan(digit))
	case "chameleon":
		p = preTokenizer{c.chameleon(), false, true}
	default:
		p = cutBy(scan(run(nil, newClass(`\p{P}$+<=>^~|`), nil)), scan(c.gpt2()), scan(digits), c.threeDigits())
		return p, name == "default"
	}
	return p, true
}

// gpt2 is `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)`.
func (c classes) gpt2() matcher {
	return anyOf(
		contraction,
		run(c.space, c.letter, nil),
		run(c.space, c.number, nil),
		run(c.space, c.other, nil),
		trailing(c.blank))
}

// llama3 is `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS|
// ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`.
func (c classes) llama3(digits matcher) matcher {
	return anyOf(contractionAnyCase, run(c.lead, c.letter, nil), c.afterWord(digits, c.newline))
}

// afterWord is the rest of llama3 and its kin, with tail for the [\r\n].
func (c classes) afterWord(digits matcher, tail *class) matcher {
	return anyOf(digits, run(c.space, c.other, tail), c.blanks())
}

// blanks is `\s*[\r\n]+|\s+(?!\S)|\s+`.
func (c classes) blanks() matcher {
	return anyOf(lineEnds(c.blank), trailing(c.blank), run(nil, c.blank, nil))
}

// gpt4o is llama3 with words that end where a capital follows a small letter.
func (c classes) gpt4o(suffix, digits matcher) matcher {
	upper, lower := newClass(`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`), newClass(`\p{Ll}\p{Lm}\p{Lo}\p{M}`)
	return anyOf(capitals(c.lead, upper, lower, suffix), c.afterWord(digits, newClass(`\r\n/`)))
}

// qwen35 is llama3 with marks as parts of words.
func (c classes) qwen35() matcher {
	return anyOf(
		contractionAnyCase,
		run(c.lead, newClass(`\p{L}\p{M}`), nil),
		upTo(c.number, 1),
		run(c.space, newClass(`^`+whiteSpace+`\p{L}\p{M}\p{N}`), c.newline),
		c.blanks())
}

// jais2 is llama3 with white space cut into powers of two.
func (c classes) jais2() matcher {
	return anyOf(
		contractionAnyCase,
		run(c.lead, c.letter, nil),
		upTo(c.number, 3),
		run(c.space, c.other, c.newline),
		lineEnds(c.blank),
		steps(c.blank))
}

// exaoneMoE is llama3 with several words as one, if single spaces part them.
func (c classes) exaoneMoE() matcher {
	symbols, end := run(c.space, c.other, nil), newClass(`\r\n/`)
	return anyOf(
		contractionAnyCase,
		spacedLetters(c.lead, c.letter, newClass(`\p{M}`)),
		upTo(c.number, 1),
		func(s string, i int) int {
			if next := symbols(s, i); next > i {
				return end.one(s, next)
			}
			return i
		},
		c.blanks())
}

// kimiK2 is gpt4o with runs of Han characters apart from other letters.
func (c classes) kimiK2() matcher {
	han := newClass(`\p{Han}`)
	upper, lower := newClass(`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`).without(han), newClass(`\p{Ll}\p{Lm}\p{Lo}\p{M}`).without(han)
	return anyOf(
		run(nil, han, nil),
		capitals(c.lead, upper, lower, contractionAnyCase),
		c.afterWord(upTo(c.number, 3), c.newline))
}

// deepseekV3 is “[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|
// [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+“.
func (c classes) deepseekV3() matcher {
	ascii := run(nil, newClass(`A-Za-z`), nil)
	return anyOf(
		led(newClass("!-/:-@\\[-`{-~"), ascii),
		run(newClass(`^\r\n\p{L}\p{P}\p{S}`), newClass(`\p{L}\p{M}`), nil),
		run(c.space, newClass(`\p{P}\p{S}`), c.newline),
		c.blanks())
}

func (c classes) deepseekLLM() []stage {
	return []stage{
		scan(upTo(c.newline, 1)),
		scan(run(c.blank, newClass(deepseekLetters), nil)),
		scan(run(c.blank, newClass(deepseekPunctuation), nil)),
		atEnd(c.blank),
		scan(run(nil, newClass(deepseekAsian), nil)),
		scan(run(nil, c.number, nil)),
	}
}

func (c classes) chameleon() []stage {
	return []stage{
		search(`<sentinel:[0-9]+>`),
		search(`IMGIMG[A-I]{1,4}Z`),
		scan(anyOf(upTo(newClass(`\t\n`), 1), literal("    "), literal("  "))),
		scan(upTo(c.number, 1)),
		scan(upTo(newClass("\\p{P}!-/:-@\\[-`{-~"), 1)),
		scan(c.gpt2()),
	}
}

func youtuScripts() stage {
	return scan(anyOf(
		run(nil, newClass(youtuKorean), nil),
		run(nil, newClass(youtuPunctuation), nil),
		run(nil, newClass(youtuBopomofo), nil),
		run(nil, newClass(deepseekKana), nil)))
}

// lines is `[^\n]+|[\n]+`.
func (c classes) lines() stage {
	return scan(anyOf(run(nil, newClass(`^\n`), nil), run(nil, newClass(`\n`), nil)))
}

// threeDigits is `[0-9][0-9][0-9]`.
func (c classes) threeDigits() stage { return scan(exactly(newClass(`0-9`), 3)) }
