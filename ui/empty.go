package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"beyonder/app"
	"beyonder/assets"
)

// emptyPage is what stands in the place of the transcript while there is
// nothing to read: without a model a place to drop one, with a model some
// prompts to begin with.
type emptyPage struct {
	widget.BaseWidget
	OnExample func(prompt string)
	OnOpen    func()
	OnChoose  func(path string)

	OnAssistant func(app.ID) // the conversation is to be with one; 0: none

	assistants []app.Assistant
	with       app.Assistant // whom the conversation is with
	again      func()        // shows anew what depends on them; nil: nothing does

	content *fyne.Container
	scroll  *container.Scroll   // where the window is too low for it
	spare   []fyne.CanvasObject // what a low window does without, the least needed first
}

func newEmptyPage() *emptyPage {
	e := &emptyPage{content: container.New(centred{width: 600})}
	e.scroll = container.NewVScroll(e.content)
	e.ExtendBaseWidget(e)
	return e
}

// CreateRenderer implements fyne.Widget.
func (e *emptyPage) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(wheeled(e.scroll))
}

// askForModel shows the drop target, with the models that are known; gone says
// what became of the last one, "" if there is nothing to say.
func (e *emptyPage) askForModel(known []app.KnownModel, gone string) {
	icon := canvas.NewImageFromResource(theme.NewColoredResource(assets.Icon("model"), theme.ColorNamePrimary))
	icon.FillMode = canvas.ImageFillContain
	sign := newSized(0, 40, icon)
	about := newParagraph(lang.L("Beyonder answers with a model on your own machine. It loads .gguf files: mixtures of experts such as Beyonder-4x7B-v2, and Mistral or Llama models."), captionStyle.centred())
	air := [2]fyne.CanvasObject{newGap(12), newGap(12)}
	box := newColumn(12, air[0], sign,
		newParagraph(lang.L("Drop a model here"), titleStyle.centred()), about,
		container.NewCenter(newPrimaryButton(lang.L("Open a file…"), func() { e.OnOpen() })), air[1])
	target := container.NewStack(newDashedFrame(), newPadded(8, 32, 8, 32, box))
	page := newColumn(8, target)
	if gone != "" {
		page.Add(newParagraph(gone, captionStyle.centred()))
	}
	for i, m := range known {
		if i == 3 {
			break
		}
		if !m.Missing {
			page.Add(e.choice(modelName(m), bytesText(m.Bytes), func() { e.OnChoose(m.Path) }))
		}
	}
	e.again = nil
	e.show(page, air[0], air[1], sign, about)
}

// offerStarter shows what the Starter is good at, and how to get something bigger.
func (e *emptyPage) offerStarter() {
	page := newColumn(8, newPadded(0, 0, 4, 0, newParagraph(e.question(), titleStyle.centred())),
		newPadded(0, 0, 12, 0, newParagraph(lang.L("This is the Starter, a very small model inside Beyonder. It explains the program, does sums, shows short code and tells little stories. For more, drop a bigger model, a .gguf file, on the window."), captionStyle.centred())))
	e.again = e.offerStarter
	e.offer(page, starterExamples())
}

// offerExamples shows three prompts that fit the model.
func (e *emptyPage) offerExamples(model string) {
	page := newColumn(8, newPadded(0, 0, 8, 0, newParagraph(e.question(), titleStyle.centred())))
	e.again = func() { e.offerExamples(model) }
	e.offer(page, examplesFor(model))
}

// offer adds whom the conversation can be with, and prompts to begin with: those
// that fit the model or, once there is an assistant, the assistant.
func (e *emptyPage) offer(page *fyne.Container, fitting []example) {
	var spare []fyne.CanvasObject
	if chips := e.chips(); chips != nil {
		page.Add(chips)
		spare = append(spare, chips)
	}
	if e.with.ID != 0 {
		fitting = assistantExamples(e.with)
	}
	for _, x := range fitting {
		page.Add(e.choice(x.prompt, x.kind, func() { e.OnExample(x.prompt) }))
	}
	e.show(page, spare...)
}

// wait shows one quiet sentence.
func (e *emptyPage) wait(text string) {
	e.again = nil
	e.show(newColumn(8, newParagraph(text, captionStyle.centred())))
}

func (e *emptyPage) choice(title, caption string, chosen func()) fyne.CanvasObject {
	row := newFocusRow(title, caption, chosen)
	row.framed = true
	return row
}

func (e *emptyPage) show(page fyne.CanvasObject, spare ...fyne.CanvasObject) {
	e.content.Objects, e.spare = []fyne.CanvasObject{page}, spare
	e.fit()
	e.scroll.Refresh()
}

// Resize implements fyne.CanvasObject.
func (e *emptyPage) Resize(size fyne.Size) {
	e.BaseWidget.Resize(size)
	e.fit()
}

// fit leaves out what there is no room for.
func (e *emptyPage) fit() {
	size := e.Size()
	for _, o := range e.spare {
		o.Show()
	}
	e.content.Layout.Layout(e.content.Objects, size)
	for _, o := range e.spare {
		if size.Height == 0 || e.content.MinSize().Height <= size.Height {
			break
		}
		o.Hide()
		e.content.Layout.Layout(e.content.Objects, size)
	}
	e.content.Refresh()
}

// centred puts its object in the middle, at most width wide.
type centred struct{ width float32 }

// MinSize implements fyne.Layout.
func (centred) MinSize(objects []fyne.CanvasObject) fyne.Size {
	height := float32(0)
	for _, o := range objects {
		height = max(height, o.MinSize().Height)
	}
	return fyne.NewSize(px(200), height+px(16))
}

// Layout implements fyne.Layout.
func (c centred) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		width := min(px(c.width), size.Width-px(48))
		height := fit(o, width)
		o.Move(fyne.NewPos((size.Width-width)/2, max(px(8), (size.Height-height)*0.45)))
	}
}

// An example is a prompt to begin with.
type example struct{ kind, prompt string }

// starterExamples are one of each of what the Starter was trained for. It knows
// no other language than English.
func starterExamples() []example {
	return []example{
		{lang.L("Help"), "How do I add a bigger model?"},
		{lang.L("Mathematics"), "What is 15 % of 240?"},
		{lang.L("Code"), "How do I reverse a string in Python?"},
		{lang.L("Story"), "Tell me a story about a fox and a lantern"},
	}
}

// examplesFor chooses three prompts by what a model's name says it is good at;
// for the others one each of talk, code and story.
func examplesFor(model string) []example {
	name := strings.ToLower(model)
	switch {
	case strings.Contains(name, "code"):
		return examples("code", "code", "chat")
	case strings.Contains(name, "math"):
		return examples("math", "math", "code")
	case strings.Contains(name, "story"), strings.Contains(name, "writer"), strings.Contains(name, "maid"):
		return examples("story", "story", "chat")
	case strings.Contains(name, "beyonder"):
		return examples("code", "story", "math")
	}
	return examples("chat", "code", "story")
}

// assistantExamples are prompts for a built-in assistant; others have their greeting.
func assistantExamples(a app.Assistant) []example {
	switch a.Builtin {
	case "helper":
		return starterExamples()[:2]
	case "coder":
		return examples("code", "code")
	case "storyteller":
		return examples("story", "story")
	case "translator":
		return examples("translation", "translation")
	case "maths":
		return examples("math", "math")
	}
	return nil
}

func examples(kinds ...string) []example {
	prompts := map[string][]string{
		"chat":  {lang.L("Explain why the sky is blue, as you would to a ten-year-old"), lang.L("What should I look at when I buy a used bicycle?")},
		"code":  {lang.L("Write a Go function that reverses a linked list, and a test for it"), lang.L("What does a hash table do when two keys collide? Show it in code")},
		"story": {lang.L("Tell a short story about a lighthouse keeper who finds a letter"), lang.L("Write the first page of a novel that begins in a night train")},
		"math":  {lang.L("A train goes 287 km from 9:40 to 13:05. How fast is it on average?"), lang.L("Prove that there are infinitely many prime numbers")},
	}
	prompts["translation"] = []string{lang.L("Into French: where is the nearest pharmacy, please?"), lang.L("Into German: I would like to rent a bicycle for two days.")}
	names := map[string]string{"translation": lang.L("Translation"), "chat": lang.L("Talk"), "code": lang.L("Code"), "story": lang.L("Story"), "math": lang.L("Mathematics")}
	var chosen []example
	for _, kind := range kinds {
		chosen = append(chosen, example{names[kind], prompts[kind][0]})
		prompts[kind] = prompts[kind][1:]
	}
	return chosen
}
