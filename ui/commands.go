package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"beyonder/app"
	"beyonder/engine/prompt"
)

// command is something that the window can do at a key. The command palette, the
// list of shortcuts, the hints of buttons and the menus are made from the table.
type command struct {
	id      string // as it is kept: never changed once it was released
	section string
	title   string
	keys    string   // the chord it has by default, "": none
	also    []string // others that work as long as the first is not changed
	icon    string
	when    func(*Window) bool // it can be done now; nil: always
	run     func(*Window)
	anytime bool // even while something is asked
}

func (c command) enabled(w *Window) bool { return c.run != nil && (c.when == nil || c.when(w)) }

// commands is the table, in the order in which it is read.
func commands() []command {
	return slices.Concat(conversationCommands(), replyCommands(), copyCommands(), findCommands(), modelCommands(), viewCommands(), programCommands())
}

// commandOf is the command with that id; the zero command: there is none.
func commandOf(id string) command {
	table := commands()
	if i := slices.IndexFunc(table, func(c command) bool { return c.id == id }); i >= 0 {
		return table[i]
	}
	return command{}
}

func conversationCommands() []command {
	s := lang.L("Conversation")
	return []command{
		{id: "conversation.new", section: s, title: lang.L("New conversation"), keys: "Ctrl+N", icon: "add", run: (*Window).newConversation},
		{id: "conversation.new-with", section: s, title: lang.L("New conversation with an assistant"), keys: "Ctrl+Shift+N", icon: "add", run: (*Window).askNewWith},
		{id: "conversation.assistant", section: s, title: lang.L("Choose the assistant"), keys: "Ctrl+Shift+A", icon: "edit", run: (*Window).openAssistantList},
		{id: "composer.focus", section: s, title: lang.L("Go to the message field"), keys: "Ctrl+L", icon: "edit", run: (*Window).goToComposer},
		{id: "conversation.rename", section: s, title: lang.L("Rename the conversation"), keys: "F2", icon: "edit", when: stored, run: (*Window).renameCurrent},
		{id: "conversation.pin", section: s, title: lang.L("Pin or unpin the conversation"), icon: "up", when: stored, run: (*Window).pinCurrent},
		{id: "conversation.tags", section: s, title: lang.L("Tags of the conversation"), icon: "edit", when: stored, run: func(w *Window) { w.askTags(w.current) }},
		{id: "conversation.export", section: s, title: lang.L("Export the conversation"), icon: "download", when: stored, run: func(w *Window) { w.askExport(w.current, 0) }},
		{id: "conversation.trash", section: s, title: lang.L("Move the conversation to the trash"), icon: "delete", when: stored, run: func(w *Window) { w.trash(w.current) }},
		{id: "folder.new", section: s, title: lang.L("New folder"), icon: "folder", run: (*Window).newFolder},
	}
}

func replyCommands() []command {
	s := lang.L("Reply")
	return []command{
		{id: "reply.regenerate", section: s, title: lang.L("Regenerate the reply"), keys: "Ctrl+Shift+R", icon: "refresh", when: answered, run: aboutReply(func(w *Window, m app.Message) { w.regenerate(uint64(m.ID)) })},
		{id: "reply.continue", section: s, title: lang.L("Continue the last reply"), keys: "Ctrl+G", icon: "resume", when: answered, run: (*Window).continueLast},
		{id: "reply.stop", section: s, title: lang.L("Stop"), icon: "stop", when: func(w *Window) bool { return w.job != nil || w.loading != nil }, run: (*Window).stop},
		{id: "reply.speak", section: s, title: lang.L("Speak the reply"), icon: "resume", when: func(w *Window) bool { return hasVoice(w) && answered(w) }, run: (*Window).speakReply},
		{id: "reply.aloud", section: s, title: lang.L("Read replies aloud, or no longer"), icon: "resume", run: (*Window).switchAloud},
		{id: "reply.hush", section: s, title: lang.L("Stop speaking"), icon: "stop", when: func(w *Window) bool { return w.speaking != nil }, run: (*Window).hush},
		{id: "reply.opening", section: s, title: lang.L("Give the first words of the reply"), keys: "Ctrl+J", icon: "edit", run: (*Window).askOpening},
		{id: "reply.compare", section: s, title: lang.L("Compare versions"), keys: "Ctrl+D", icon: "compare", when: hasVersions, run: (*Window).compareKey},
		{id: "reply.sent", section: s, title: lang.L("What was sent for the reply"), keys: "Ctrl+I", icon: "info", when: answered, run: aboutReply((*Window).showSent)},
		{id: "reply.tokens", section: s, title: lang.L("The reply token by token"), keys: "Ctrl+T", icon: "info", when: answered, run: aboutReply((*Window).showTokens)},
		{id: "reply.replay", section: s, title: lang.L("Replay the reply"), keys: "Ctrl+R", icon: "history", when: answered, run: aboutReply((*Window).replay)},
	}
}

func findCommands() []command {
	s := lang.L("Find and keep")
	return []command{
		{id: "find.here", section: s, title: lang.L("Find in this conversation"), keys: "Ctrl+F", icon: "search", when: hasMessages, run: (*Window).openFind},
		{id: "find.next", section: s, title: lang.L("Find the next place"), keys: "F3", icon: "search", when: func(w *Window) bool { return w.find.open() }, run: func(w *Window) { w.find.step(1) }},
		{id: "find.all", section: s, title: lang.L("Search all conversations"), keys: "Ctrl+Shift+F", icon: "search", run: (*Window).focusSearch},
		{id: "keep.import", section: s, title: lang.L("Import conversations"), keys: "Ctrl+Shift+I", icon: "folder", run: (*Window).askImport},
		{id: "keep.export", section: s, title: lang.L("Export all conversations"), keys: "Ctrl+Shift+S", icon: "download", run: func(w *Window) { w.askExport(0, 0) }},
		{id: "keep.copies", section: s, title: lang.L("Copies of all conversations"), icon: "history", run: (*Window).showCopies},
		{id: "keep.trash", section: s, title: lang.L("Look into the trash"), icon: "delete", run: (*Window).lookIntoTrash},
		{id: "keep.passphrase", section: s, title: lang.L("Set or change the passphrase"), icon: "settings", run: (*Window).askPassphrase},
		{id: "keep.no-passphrase", section: s, title: lang.L("Remove the passphrase"), icon: "settings", when: func(w *Window) bool { return w.app.Encrypted() }, run: (*Window).askNoPassphrase},
	}
}

func modelCommands() []command {
	s := lang.L("Model")
	return []command{
		{id: "model.choose", section: s, title: lang.L("Choose a model"), keys: "Ctrl+M", icon: "model", run: func(w *Window) { w.picker.open() }},
		{id: "model.library", section: s, title: lang.L("Manage models"), keys: "Ctrl+Shift+L", icon: "folder", run: (*Window).openModels},
		{id: "model.download", section: s, title: lang.L("Download a model"), icon: "download", run: func(w *Window) { w.askDownload("") }},
		{id: "model.open", section: s, title: lang.L("Open a model file"), keys: "Ctrl+O", icon: "folder", run: (*Window).openFile},
		{id: "model.reload", section: s, title: lang.L("Load the model again"), icon: "refresh", when: hasModel, run: (*Window).reload},
		{id: "model.unload", section: s, title: lang.L("Unload the model"), icon: "close", when: hasModel, run: (*Window).unload},
		{id: "experts.colours", section: s, title: lang.L("Colour replies by expert"), keys: "Ctrl+E", icon: "model", run: (*Window).toggleColours},
		{id: "experts.panel", section: s, title: lang.L("Show or hide the experts"), keys: "Ctrl+Shift+E", icon: "model", run: (*Window).toggleExperts},
		{id: "experts.split", section: s, title: lang.L("Send one message to two settings"), icon: "compare", when: hasModel, run: (*Window).openSplit},
		{id: "experts.mixture", section: s, title: lang.L("Make a mixture of experts"), keys: "Ctrl+Shift+M", icon: "model", run: (*Window).openMixture},
	}
}

func viewCommands() []command {
	s := lang.L("View")
	return []command{
		{id: "view.sidebar", section: s, title: lang.L("Show or hide the conversations"), keys: "Ctrl+B", icon: "sidebar", run: (*Window).toggleSidebar},
		{id: "view.settings", section: s, title: lang.L("Show or hide the settings"), keys: "Ctrl+.", icon: "settings", run: (*Window).togglePanel},
		{id: "view.larger", section: s, title: lang.L("Larger"), keys: "Ctrl++", also: []string{"Ctrl+=", "Ctrl+Shift+="}, icon: "add", run: zoomBy(1), anytime: true},
		{id: "view.smaller", section: s, title: lang.L("Smaller"), keys: "Ctrl+-", icon: "remove", run: zoomBy(-1), anytime: true},
		{id: "view.usual", section: s, title: lang.L("Size as usual"), keys: "Ctrl+0", icon: "search", run: zoomBy(0), anytime: true},
		{id: "view.light", section: s, title: lang.L("Light theme"), icon: "eye", run: lookOf("light"), anytime: true},
		{id: "view.dark", section: s, title: lang.L("Dark theme"), icon: "eye", run: lookOf("dark"), anytime: true},
		{id: "view.system", section: s, title: lang.L("Theme as the system"), icon: "eye", run: lookOf("system"), anytime: true},
		{id: "view.contrast", section: s, title: lang.L("High contrast on or off"), icon: "eye", run: (*Window).switchContrast, anytime: true},
		{id: "view.full", section: s, title: lang.L("Full screen on or off"), keys: "F11", icon: "up", run: (*Window).switchFullScreen, anytime: true},
	}
}

func programCommands() []command {
	s := lang.L("Beyonder")
	return []command{
		{id: "program.palette", section: s, title: lang.L("Find a command, a conversation or a model"), keys: "Ctrl+K", icon: "search", run: (*Window).openPalette},
		{id: "program.shortcuts", section: s, title: lang.L("Keyboard shortcuts"), keys: "Ctrl+/", also: []string{"F1"}, icon: "info", run: (*Window).showShortcuts},
		{id: "assistants", section: s, title: lang.L("Make and change assistants"), icon: "edit", run: func(w *Window) { w.openAssistants(w.inForce().Assistant.ID) }},
		{id: "program.diagnostics", section: s, title: lang.L("Diagnostics"), icon: "info", run: (*Window).showDiagnostics},
		{id: "program.network", section: s, title: lang.L("Network: connections that were opened"), icon: "info", run: (*Window).showNetwork},
		{id: "program.quit", section: s, title: lang.L("Quit"), keys: "Ctrl+Q", icon: "close", run: (*Window).close, anytime: true},
	}
}

func stored(w *Window) bool      { return w.current != 0 }
func hasMessages(w *Window) bool { return len(w.messages) > 0 }

func hasModel(w *Window) bool {
	_, loaded := w.app.Model()
	return loaded
}

func answered(w *Window) bool {
	_, ok := w.lastOf(prompt.Assistant)
	return ok
}

func hasVersions(w *Window) bool {
	return slices.ContainsFunc(w.messages, func(m app.Message) bool { return m.Siblings > 1 })
}

// goToComposer puts the cursor into the message, and what lies over it away.
func (w *Window) goToComposer() {
	if w.frame.over != "" {
		w.uncover()
	}
	w.composer.Focus()
}

func (w *Window) askOpening() {
	w.goToComposer()
	w.composer.AskOpening()
}

func (w *Window) renameCurrent() {
	w.showSidebar()
	if w.inTrash {
		w.showTrash(false)
	}
	w.sidebar.Rename(w.current)
}

func (w *Window) pinCurrent() {
	if c, err := w.app.Conversation(w.current); err == nil {
		w.pin(w.current, !c.Pinned)
	}
}

func (w *Window) continueLast() {
	if m, ok := w.lastOf(prompt.Assistant); ok && m.ID == w.messages[len(w.messages)-1].ID {
		w.goOn(uint64(m.ID))
	}
}

func (w *Window) lookIntoTrash() {
	w.showSidebar()
	w.showTrash(true)
	w.sidebar.focusList()
}

// menuItem is a command as a line of a menu, with its keys.
func (w *Window) menuItem(id string, do func()) *fyne.MenuItem {
	c := commandOf(id)
	if do == nil {
		do = func() { w.run(id) }
	}
	item := fyne.NewMenuItem(c.title+w.keys.hint(id), do)
	item.Disabled = !c.enabled(w)
	return item
}
