package archive

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteMarkdown writes what is shown of the conversations.
func (a *Archive) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	for i := range a.Conversations {
		c := &a.Conversations[i]
		if i > 0 {
			fmt.Fprint(b, "\n---\n\n")
		}
		fmt.Fprintf(b, "# %s\n\n*%s*\n", escapeLine(c.title()), c.when())
		if c.System != "" {
			fmt.Fprintf(b, "\n## System prompt\n\n%s\n", strings.TrimSpace(c.System))
		}
		for _, m := range c.Path() {
			fmt.Fprintf(b, "\n## %s\n\n%s\n", escapeLine(m.speaker()), strings.TrimSpace(m.Text))
		}
	}
	return b.Flush()
}

func (c *Conversation) when() string {
	text := c.Created.Local().Format("2 January 2006, 15:04")
	if len(c.Tags) > 0 {
		text += " · " + strings.Join(c.Tags, ", ")
	}
	return text
}

// escapeLine keeps a title from being read as markup.
func escapeLine(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "[", `\[`, "#", `\#`).Replace(text)
}
