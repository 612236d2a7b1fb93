package archive

import (
	"bufio"
	"fmt"
	"html"
	"io"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// pageHead is the beginning of a page that needs nothing but itself. Its colours
// are the window's.
const pageHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>%s</title>
<style>
:root { color-scheme: light dark; --page: #FBFAF8; --panel: #F1EFEB; --text: #1F1E1C; --muted: #6F6A63; --line: #E2DED7; --accent: #3D5AFE }
@media (prefers-color-scheme: dark) { :root { --page: #191816; --panel: #232220; --text: #ECE9E4; --muted: #9A948B; --line: #35322E; --accent: #8C9EFF } }
body { background: var(--page); color: var(--text); font: 15px/1.5 Inter, "Noto Sans", system-ui, sans-serif; max-width: 760px; margin: 0 auto; padding: 32px 24px }
h1 { font-size: 22px; margin: 48px 0 0 } h1:first-of-type { margin-top: 0 } h2 { font-size: 18px } h3, h4 { font-size: 16px }
.when, .who { color: var(--muted); font-size: 12px } .who { margin: 24px 0 4px; font-weight: 600 }
.user { background: var(--panel); border-radius: 16px; padding: 10px 16px; white-space: pre-wrap; overflow-wrap: anywhere }
.system { border-left: 3px solid var(--line); padding-left: 12px; color: var(--muted); white-space: pre-wrap }
pre { background: var(--panel); border-radius: 8px; padding: 12px; overflow-x: auto } code { font: 13.5px/1.45 "JetBrains Mono", monospace }
table { border-collapse: collapse } th, td { border-bottom: 1px solid var(--line); padding: 6px 12px; text-align: left }
blockquote { border-left: 3px solid var(--line); margin: 0; padding-left: 12px; color: var(--muted) } a { color: var(--accent) }
@media print { body { max-width: none } h1 { break-before: page } h1:first-of-type { break-before: avoid } }
</style>
</head>
<body>
`

// WriteHTML writes what is shown of the conversations as one page. What a message
// holds of HTML is shown as it was typed, never run; images are not fetched.
func (a *Archive) WriteHTML(w io.Writer) error {
	b := bufio.NewWriter(w)
	title := "Conversations"
	if len(a.Conversations) == 1 {
		title = a.Conversations[0].title()
	}
	fmt.Fprintf(b, pageHead, html.EscapeString(title))
	for i := range a.Conversations {
		c := &a.Conversations[i]
		fmt.Fprintf(b, "<h1>%s</h1>\n<p class=\"when\">%s</p>\n", html.EscapeString(c.title()), html.EscapeString(c.when()))
		if c.System != "" {
			fmt.Fprintf(b, "<p class=\"who\">System prompt</p>\n<div class=\"system\">%s</div>\n", html.EscapeString(c.System))
		}
		for _, m := range c.Path() {
			if err := m.writeHTML(b); err != nil {
				return err
			}
		}
	}
	fmt.Fprint(b, "</body>\n</html>\n")
	return b.Flush()
}

func (m *Message) writeHTML(b *bufio.Writer) error {
	fmt.Fprintf(b, "<p class=\"who\">%s</p>\n", html.EscapeString(m.speaker()))
	if m.Role == "user" {
		fmt.Fprintf(b, "<div class=\"user\">%s</div>\n", html.EscapeString(m.Text))
		return nil
	}
	fmt.Fprint(b, "<div class=\"reply\">\n")
	if err := markdown().Convert([]byte(m.Text), b); err != nil {
		return err
	}
	fmt.Fprint(b, "</div>\n")
	return nil
}

// markdown renders as the window does: tables, strike-through, tasks, bare links;
// HTML is text.
func markdown() goldmark.Markdown {
	return goldmark.New(goldmark.WithExtensions(extension.GFM),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(htmlAsText{}, 1))))
}

// htmlAsText shows the HTML in a message as it was written.
type htmlAsText struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (htmlAsText) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindRawHTML, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			writeLines(w, source, n.(*ast.RawHTML).Segments)
		}
		return ast.WalkSkipChildren, nil
	})
	r.Register(ast.KindHTMLBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			fmt.Fprint(w, "<pre>")
			writeLines(w, source, n.Lines())
			if block := n.(*ast.HTMLBlock); block.HasClosure() {
				fmt.Fprint(w, html.EscapeString(string(block.ClosureLine.Value(source))))
			}
			fmt.Fprint(w, "</pre>\n")
		}
		return ast.WalkSkipChildren, nil
	})
}

func writeLines(w util.BufWriter, source []byte, lines *text.Segments) {
	for _, line := range lines.Sliced(0, lines.Len()) {
		fmt.Fprint(w, html.EscapeString(string(line.Value(source))))
	}
}
