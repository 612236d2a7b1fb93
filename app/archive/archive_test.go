package archive

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sample() *Archive {
	return &Archive{
		Exported: noon,
		Folders:  []Folder{{ID: 4, Name: "Work", System: "Be brief."}},
		Conversations: []Conversation{{
			Title: "A *title*", Named: true, Created: noon, Updated: noon.Add(time.Hour), Folder: 4, Pinned: true,
			Tags: []string{"ideas"}, System: "Answer <b>plainly</b>.", Draft: "next", Head: 3,
			Messages: []Message{
				{ID: 1, Role: "user", Text: "Which **experts**?\n<script>alert(1)</script>", State: "complete", Created: noon},
				{ID: 2, Parent: 1, Role: "assistant", Text: "not shown", Excluded: true, State: "stopped", Created: noon},
				{ID: 3, Parent: 1, Role: "assistant", Text: replyText, State: "complete", Created: noon, Reply: json.RawMessage(`{"model":"Beyonder"}`)},
			},
		}},
	}
}

const replyText = "# Experts\n\nThe **router** picks *two* of `n`, see https://example.org. 混合 🎉 x² → √π <b>raw</b>\n\n" +
	"1. chat\n2. code\n   - nested\n\n- [x] done\n\n> quoted\n\n```go\nfunc f() {\n\treturn\n}\n```\n\n| a | b |\n|---|--:|\n| one | 2 |\n\n---\n\n<div>block</div>\n"

func TestJSONComesBack(t *testing.T) {
	a := sample()
	var b bytes.Buffer
	check(t, a.WriteJSON(&b))
	again, err := Read(b.Bytes())
	check(t, err)
	if !reflect.DeepEqual(a, again) {
		t.Errorf("it came back as\n%+v, was\n%+v", again, a)
	}
}

func TestHTMLRunsNothing(t *testing.T) {
	var b bytes.Buffer
	check(t, sample().WriteHTML(&b))
	page := b.String()
	for _, not := range []string{"<script", "<b>", "<div>block", "not shown"} {
		if strings.Contains(page, not) {
			t.Errorf("the page contains %q", not)
		}
	}
	for _, want := range []string{"<strong>router</strong>", "&lt;script&gt;", "&lt;b&gt;raw", "&lt;div&gt;block", "A *title*", "<table>", "Beyonder</p>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	a := sample()
	a.Conversations[0].Messages[2].Text = "Two."
	check(t, a.WriteMarkdown(&b))
	want := "# A \\*title\\*\n\n*" + noon.Local().Format("2 January 2006, 15:04") + " · ideas*\n\n## System prompt\n\nAnswer <b>plainly</b>.\n\n## You\n\nWhich **experts**?\n<script>alert(1)</script>\n\n## Beyonder\n\nTwo.\n"
	if b.String() != want {
		t.Errorf("it is\n%s, want\n%s", b.String(), want)
	}
}

func testFonts(t testing.TB) Fonts {
	read := func(name string) []byte {
		content, err := os.ReadFile("../../assets/fonts/" + name + ".ttf")
		check(t, err)
		return content
	}
	return Fonts{Regular: read("text-regular"), Bold: read("text-bold"), Italic: read("text-italic"), BoldItalic: read("text-bold-italic"), Mono: read("mono-regular")}
}

func TestPDF(t *testing.T) {
	var b bytes.Buffer
	missing, err := sample().WritePDF(&b, testFonts(t))
	check(t, err)
	if !bytes.HasPrefix(b.Bytes(), []byte("%PDF-1.")) || !bytes.Contains(b.Bytes(), []byte("%%EOF")) || b.Len() < 20_000 {
		t.Errorf("it is no PDF: %d bytes", b.Len())
	}
	if missing != 3 { // 混合 🎉
		t.Errorf("%d characters are missing, want 3", missing)
	}
	if path := os.Getenv("BEYONDER_PDF"); path != "" {
		check(t, os.WriteFile(path, b.Bytes(), 0o644))
	}
}

const chatGPTFile = `[{"title":"Cats","create_time":1700000000.5,"update_time":1700000100,"current_node":"d",
"mapping":{"root":{"id":"root","message":null,"parent":null,"children":["s"]},
"s":{"message":{"author":{"role":"system"},"content":{"content_type":"text","parts":["hidden"]},"metadata":{}},"parent":"root","children":["a"]},
"a":{"message":{"author":{"role":"user"},"create_time":1700000001,"content":{"content_type":"multimodal_text","parts":[{"content_type":"image_asset_pointer"},"What is this?"]},"metadata":{}},"parent":"s","children":["b","d"]},
"b":{"message":{"author":{"role":"assistant"},"content":{"content_type":"text","parts":["A dog."]},"metadata":{"model_slug":"gpt-4"}},"parent":"a","children":["c"]},
"c":{"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":["No."]},"metadata":{}},"parent":"b","children":[]},
"d":{"message":{"author":{"role":"assistant"},"content":{"content_type":"text","parts":["A cat."]},"metadata":{"model_slug":"gpt-4o"}},"parent":"a","children":[]}}}]`

func pathText(c *Conversation) string {
	var all []string
	for _, m := range c.Path() {
		all = append(all, m.Role+": "+m.Text)
	}
	return strings.Join(all, " | ")
}

func TestChatGPT(t *testing.T) {
	a, err := Read([]byte(chatGPTFile))
	check(t, err)
	c := &a.Conversations[0]
	if got, want := pathText(c), "user: (An attachment that was not imported.)\n\nWhat is this? | assistant: A cat."; got != want {
		t.Errorf("shown is %q, want %q", got, want)
	}
	if len(c.Messages) != 4 || c.Title != "Cats" || !c.Created.Equal(time.Unix(1700000000, 5e8)) || c.Path()[1].speaker() != "gpt-4o" {
		t.Errorf("it is %+v", c)
	}
}

// In what ChatGPT exports, pictures, sounds and marks stand beside the words, and one
// conversation that is built otherwise does not keep the others out.
func TestChatGPTOddities(t *testing.T) {
	node := func(id, parent, child, role, content string) string {
		return fmt.Sprintf(`%q:{"parent":%q,"children":[%q],"message":{"author":{"role":%q},"create_time":null,"content":%s,"metadata":{}}}`, id, parent, child, role, content)
	}
	talk := `{"title":null,"create_time":"2024-02-03T04:05:06Z","current_node":"d","mapping":{` + strings.Join([]string{
		node("a", "", "b", "user", `{"content_type":"multimodal_text","parts":[{"content_type":"audio_transcription","text":"spoken words"},{"content_type":"audio_asset_pointer"}]}`),
		node("b", "a", "c", "assistant", `{"content_type":"text","parts":["Known\ue200cite\ue202turn0search1\ue201."]}`),
		node("c", "b", "d", "assistant", `{"content_type":"code","language":"python","text":"x = 1\n"}`),
		node("d", "c", "", "user", `{"content_type":"multimodal_text","parts":[{"asset_pointer":"file:x"},7,"look"]}`),
	}, ",") + `}}`
	want := "user: spoken words | assistant: Known. | assistant: ```python\nx = 1\n``` | user: (An attachment that was not imported.)\n\n(An attachment that was not imported.)\n\nlook"
	file := "[" + talk + `,{"title":"no tree"},{"title":7,"mapping":{}},{"title":"nothing said","mapping":{}}]`
	parts := map[string]string{"conversations-000.json": "[" + talk + "]", "x/conversations-001.json": "[" + talk + `,{"title":"no tree"},3]`, "shared_conversations.json": "[]"}
	for _, test := range []struct {
		content     []byte
		read, skips int
	}{{[]byte(file), 1, 2}, {zipped(t, map[string]string{"conversations.json": file, "user.json": "{}"}), 1, 2}, {zipped(t, parts), 2, 2}} {
		a, err := Read(test.content)
		check(t, err)
		if len(a.Conversations) != test.read || a.Skipped != test.skips {
			t.Fatalf("%d are read and %d skipped, want %d and %d", len(a.Conversations), a.Skipped, test.read, test.skips)
		}
		c := &a.Conversations[0]
		if got := pathText(c); got != want || c.Created.UTC().Format(time.DateTime) != "2024-02-03 04:05:06" {
			t.Errorf("shown is %q of %v, want %q", got, c.Created, want)
		}
	}
	if _, err := Read(zipped(t, map[string]string{"conversations.json": file[:99]})); err == nil || !strings.Contains(err.Error(), "is no JSON") {
		t.Errorf("a file that is cut short in a ZIP: %v", err)
	}
}

func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range files {
		w, err := z.Create(name)
		check(t, err)
		_, err = w.Write([]byte(content))
		check(t, err)
	}
	check(t, z.Close())
	return b.Bytes()
}

const lmStudioFile = `{"name":"Tea","pinned":true,"createdAt":1700000000000,"systemPrompt":"Be kind.","messages":[
{"versions":[{"type":"singleStep","role":"user","content":[{"type":"text","text":"Green or black?"}]}],"currentlySelected":0},
{"versions":[{"type":"multiStep","role":"assistant","senderInfo":{"senderName":"qwen"},"steps":[{"type":"contentBlock","content":[{"type":"text","text":"Black."}]},{"type":"debugInfoBlock","debugInfo":"x"}]},
{"type":"multiStep","role":"assistant","steps":[{"type":"contentBlock","content":[{"type":"text","text":"Green."}]}]}],"currentlySelected":1},
{"role":"user","content":"Thanks."}]}`

func TestLMStudio(t *testing.T) {
	a, err := Read([]byte(lmStudioFile))
	check(t, err)
	c := &a.Conversations[0]
	if got, want := pathText(c), "user: Green or black? | assistant: Green. | user: Thanks."; got != want {
		t.Errorf("shown is %q, want %q", got, want)
	}
	if len(c.Messages) != 4 || !c.Pinned || c.System != "Be kind." || c.Messages[1].speaker() != "qwen" {
		t.Errorf("it is %+v", c)
	}
}

func TestBadFiles(t *testing.T) {
	for content, want := range map[string]string{
		"":                "empty",
		" \n":             "empty",
		"\x00\x00\x00":    "no JSON",
		chatGPTFile[:200]: "no JSON",
		"[]":              "no conversations",
		"[1]":             "is not built like one",
		`[{"x":1}]`:       "neither",
		`{"x":1}`:         "neither",
		`"text"`:          "neither",
		`{"messages":3}`:  "is not built like one",
		`{"messages":[]}`: "no conversations",
		`{"format":"beyonder-conversations","version":9}`:                     "newer",
		`{"format":"beyonder-conversations","version":1,"conversations":[3]}`: "damaged",
		"PK\x03\x04rest": "ZIP",
	} {
		if _, err := Read([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, want an error with %q", content, err, want)
		}
	}
}

// FuzzRead: any file is refused with an error or gives conversations that can be
// shown and stored: their paths end, parents come first.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	check(f, sample().WriteJSON(&b))
	for _, seed := range []string{b.String(), chatGPTFile, lmStudioFile, "[]", "PK\x03\x04"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := Read(content)
		if err != nil {
			return
		}
		for i := range a.Conversations {
			c := &a.Conversations[i]
			known := map[uint64]bool{}
			for _, m := range c.Messages {
				if m.ID == 0 || known[m.ID] || m.Parent != 0 && !known[m.Parent] {
					t.Fatalf("message %d after %d is out of order", m.ID, m.Parent)
				}
				known[m.ID] = true
			}
			if path := c.Path(); len(path) > len(c.Messages) || len(c.Messages) > 0 && len(path) == 0 {
				t.Fatalf("a path has %d of %d messages", len(path), len(c.Messages))
			}
		}
		for _, write := range []func(*bytes.Buffer) error{
			func(b *bytes.Buffer) error { return a.WriteJSON(b) },
			func(b *bytes.Buffer) error { return a.WriteMarkdown(b) },
			func(b *bytes.Buffer) error { return a.WriteHTML(b) },
		} {
			check(t, write(&bytes.Buffer{}))
		}
	})
}

// FuzzPDF: whatever a model writes can be set.
func FuzzPDF(f *testing.F) {
	fonts := testFonts(f)
	f.Add(replyText)
	f.Add("|a|\n|-|\n||\n\n1. - > # x\n\n****\n\x00\ufffd\U0010ffff")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			return
		}
		a := &Archive{Conversations: []Conversation{{Title: text, System: text, Messages: []Message{
			{ID: 1, Role: "user", Text: text}, {ID: 2, Parent: 1, Role: "assistant", Text: text},
		}}}}
		if _, err := a.WritePDF(&bytes.Buffer{}, fonts); err != nil {
			t.Fatal(err)
		}
	})
}

// What has no date does not stand in 1970.
func TestWithoutDates(t *testing.T) {
	before := time.Now()
	a, err := Read([]byte(`{"format":"beyonder-conversations","version":1,"conversations":[
		{"title":"none","messages":[{"id":1,"role":"user","text":"a"},{"id":2,"parent":1,"role":"assistant","text":"b"}]},
		{"title":"some","messages":[{"id":1,"role":"user","text":"a","created":"2024-05-06T10:00:00Z"},{"id":2,"parent":1,"role":"assistant","text":"b"},
			{"id":3,"parent":2,"role":"user","text":"c","created":"2024-05-07T10:00:00Z"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	none, some := a.Conversations[0], a.Conversations[1]
	for _, at := range []time.Time{none.Created, none.Updated, none.Messages[0].Created, none.Messages[1].Created} {
		if at.Before(before) {
			t.Errorf("without any date, there is %v", at)
		}
	}
	first, last := some.Messages[0].Created, some.Messages[2].Created
	if !some.Created.Equal(first) || !some.Updated.Equal(last) || !some.Messages[1].Created.Equal(first) || first.Year() != 2024 {
		t.Errorf("begun %v, changed %v, the reply %v", some.Created, some.Updated, some.Messages[1].Created)
	}
}
