package token

import (
	"slices"
	"strings"
)

// The pieces that tokenizer.json files write their expressions with. GPT-2's
// is also what the step ByteLevel stands for when its use_regex is true, and
// [eachDigit] what the step Digits does when its individual_digits is true.
const (
	gpt2Expression = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	eachDigit      = `\p{N}`
	contractions   = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`
	spelledOut     = `(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])` // the same, as some write it
	endings        = `|\s*[\r\n]+|\s+(?!\S)|\s+`
	openedWord     = `[^\r\n\p{L}\p{N}]?\p{L}+`
	anyCase        = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
	lowerCase      = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
	startsLower    = `[^\r\n\p{L}\p{N}]?` + anyCase + `*` + lowerCase + `+`
	startsUpper    = `[^\r\n\p{L}\p{N}]?` + anyCase + `+` + lowerCase + `*`
)

// PreTokenizer returns the name, for Config.Pre, of the pre-tokenizer with
// these regular expressions: those of the steps Split of a tokenizer.json, in
// order, with GPT-2's for a step ByteLevel that has use_regex set. ok is false
// for expressions of no family that is known here. The name stands for the
// expressions only: whether words that are tokens are taken whole and whether
// BOS is added, the folder says itself (Config.IgnoreMerges, Config.AddBOS).
func PreTokenizer(expressions []string) (name string, ok bool) {
	asked := make([]string, len(expressions))
	for i, e := range expressions {
		asked[i] = canonical(e)
	}
	for _, family := range expressionFamilies() {
		if slices.Equal(family.expressions, asked) {
			return family.name, true
		}
	}
	return "", false
}

// canonical evens out ways of writing the same expression. White space that is
// left over at the end of GPT-2's is a piece of its own with or without `|\s+`.
func canonical(e string) string {
	e = strings.ReplaceAll(e, spelledOut, contractions)
	e = strings.NewReplacer("\r", `\r`, "\n", `\n`, `\p{N}{1}`, `\p{N}`).Replace(e)
	if e+`|\s+` == gpt2Expression {
		return gpt2Expression
	}
	return e
}

type expressionFamily struct {
	name        string
	expressions []string
}

func expressionFamilies() []expressionFamily {
	llama3 := func(digits string) string {
		return contractions + `|` + openedWord + `|` + digits + `| ?[^\s\p{L}\p{N}]+[\r\n]*` + endings
	}
	gpt4o := func(suffix, digits string) string {
		return startsLower + suffix + `|` + startsUpper + suffix + `|` + digits + `| ?[^\s\p{L}\p{N}]+[\r\n/]*` + endings
	}
	const (
		deepseekV3 = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*" + endings
		kana       = "[一-龥\u3040-ゟ゠-ヿ]+"
		asian      = "[一-龥ࠀ-一가-\uD7FF]+"
	)
	return []expressionFamily{
		{"gpt-2", []string{gpt2Expression}},
		{"starcoder", []string{eachDigit, gpt2Expression}},
		{"llama3", []string{llama3(`\p{N}{1,3}`)}},
		{"qwen2", []string{llama3(eachDigit)}},
		{"qwen35", []string{contractions + `|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*` + endings}},
		{"seed-coder", []string{contractions + `|` + openedWord + `|\p{N}| ?[^\s\p{L}\p{N}\r\n]+` + endings}},
		{"tekken", []string{gpt4o("", eachDigit)}},
		{"gpt-4o", []string{gpt4o(contractions+`?`, `\p{N}{1,3}`)}},
		{"deepseek-v3", []string{`\p{N}{1,3}`, kana, deepseekV3}},
		{"deepseek-coder", []string{`[\r\n]`, `\s?\p{L}+`, `\s?\p{P}+`, asian, eachDigit}},
		{"superbpe", []string{`\p{N}+`, `(?=(\d{3})+(?!\d))`}},
	}
}
