package ui

import (
	"slices"
	"testing"
)

func TestUnbroken(t *testing.T) {
	for text, want := range map[string][]string{
		"":                    nil,
		"one two-three  four": {"one", " two-three", " four"},
		"这是 Starter，内置。":      {"这", "是", " Starter，", "内", "置。"},
		"用于“逐 token”：每处":      {"用", "于", "“逐", " token”：", "每", "处"},
		"ページを「開く」":            {"ペー", "ジ", "を", "「開", "く」"},
		"16 ビット":              {"16", " ビッ", "ト"},
	} {
		if got := unbroken(text); !slices.Equal(got, want) {
			t.Errorf("%q is parted into %q, want %q", text, got, want)
		}
	}
}
