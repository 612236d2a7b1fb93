package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"beyonder/app/archive"
	"beyonder/store"
)

var errFormat = errors.New("conversations are written as .md, .html, .json or .pdf: give the file one of these endings")

// Fonts are the TrueType files that PDFs are set in.
type Fonts = archive.Fonts

// Export says what is to be written: one conversation, those of a folder, or, with
// neither, all that are not in the trash.
type Export struct {
	Conversation ID
	Folder       ID
	Fonts        Fonts // for PDFs
}

// Export writes conversations to a file, whose ending says in which format: .md,
// .html and .pdf have what is shown, .json has everything and can be imported. A
// file that is there is replaced when the new one is whole. note says what could
// not be written, "": nothing.
func (a *App) Export(e Export, path string) (note string, err error) {
	format := strings.ToLower(filepath.Ext(path))
	if !slices.Contains([]string{".md", ".html", ".json", ".pdf"}, format) {
		return "", errFormat
	}
	to, err := a.archive(e)
	if err != nil {
		return "", err
	}
	e.Fonts.System = archive.SystemFonts(filepath.Join(a.dir, "cache"))
	err = replaceFile(path, func(w io.Writer) error {
		note, err = write(to, w, format, e.Fonts)
		return err
	})
	return note, err // only now: the language does not say which of two results is looked at first
}

func write(a *archive.Archive, w io.Writer, format string, fonts Fonts) (note string, err error) {
	switch format {
	case ".md":
		return "", a.WriteMarkdown(w)
	case ".html":
		return "", a.WriteHTML(w)
	case ".pdf":
		missing, err := a.WritePDF(w, fonts)
		switch {
		case missing == 1:
			note = "1 character (of Arabic, say, a coloured emoji, or what no font of the system has) is a box in the PDF: HTML keeps it"
		case missing > 1:
			note = fmt.Sprintf("%d characters (of Arabic, say, coloured emoji, or what no font of the system has) are boxes in the PDF: HTML keeps them", missing)
		}
		return note, err
	}
	return "", a.WriteJSON(w)
}

// replaceFile writes a file beside the one that it then takes the place of.
func replaceFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".beyonder-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", filepath.Base(path), err)
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("%s cannot be written: %w", filepath.Base(path), err)
	}
	return nil
}

// archive gathers what is to be exported.
func (a *App) archive(e Export) (*archive.Archive, error) {
	ids := []ID{e.Conversation}
	if e.Conversation == 0 {
		list, err := a.Conversations()
		if err != nil {
			return nil, err
		}
		ids = nil
		for _, c := range list {
			if e.Folder == 0 || c.Folder == e.Folder {
				ids = append(ids, c.ID)
			}
		}
	}
	bundles, err := a.store.Bundles(ids)
	if err != nil {
		return nil, err
	}
	to := &archive.Archive{Exported: time.Now()}
	folders := map[ID]bool{}
	for i := range bundles {
		to.Conversations = append(to.Conversations, a.archived(&bundles[i]))
		folders[bundles[i].Conversation.Folder] = true
	}
	all, err := a.Folders()
	for _, f := range all {
		if folders[f.ID] {
			to.Folders = append(to.Folders, archive.Folder{ID: uint64(f.ID), Name: f.Name, System: f.System})
		}
	}
	return to, err
}

// archived is a conversation with what it has of its assistant as its own: an
// assistant is not there where it is imported.
func (a *App) archived(b *store.Bundle) archive.Conversation {
	c := b.Conversation
	system, setup := c.System, b.Setup
	if as, err := a.Assistant(c.Assistant); err == nil && c.Assistant != 0 {
		if own, given, err := apart(as, a.firstSetup(), c.System, b.Setup); err == nil {
			system, setup = own, given
		}
	}
	to := archive.Conversation{
		Title: c.Title, Named: c.Named, Created: c.Created, Updated: c.Updated, Folder: uint64(c.Folder),
		Pinned: c.Pinned, Tags: c.Tags, System: system, Setup: setup, Draft: c.Draft, Head: uint64(c.Head), Messages: []archive.Message{},
	}
	for _, m := range b.Messages {
		to.Messages = append(to.Messages, archive.Message{
			ID: uint64(m.ID), Parent: uint64(m.Parent), Role: m.Role, Text: m.Text, State: string(m.State), Error: m.Error,
			Created: m.Created, Excluded: m.Excluded, Reply: m.Reply,
		})
	}
	return to
}

// mostImport is the largest file that Import reads.
const mostImport = 2 << 30

// Import adds the conversations of a file that Export wrote as .json, or of an
// export of ChatGPT or LM Studio: all of them or, with an error, none. skipped are
// those of another program that are not built as it builds them.
func (a *App) Import(path string) (ids []ID, skipped int, err error) {
	fail := func(err error) ([]ID, int, error) {
		return nil, 0, fmt.Errorf("%s was not imported: %w", filepath.Base(path), err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fail(err)
	}
	if info.IsDir() || info.Size() > mostImport {
		return fail(errors.New("it is a folder, or larger than 2 GB"))
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return fail(err)
	}
	from, err := archive.Read(content)
	if err != nil {
		return fail(err)
	}
	var folders []store.Folder
	for _, f := range from.Folders {
		if name := plain(f.Name); name != "" {
			folders = append(folders, store.Folder{ID: ID(f.ID), Name: name, System: f.System, Created: time.Now()})
		}
	}
	bundles := make([]store.Bundle, len(from.Conversations))
	for i := range from.Conversations {
		bundles[i] = unarchived(&from.Conversations[i])
	}
	if ids, err = a.store.Import(folders, bundles); err != nil {
		return fail(err)
	}
	return ids, from.Skipped, nil
}

func unarchived(c *archive.Conversation) store.Bundle {
	b := store.Bundle{Setup: c.Setup, Conversation: store.Conversation{
		Title: plain(c.Title), Named: c.Named, Created: c.Created, Updated: c.Updated, Folder: ID(c.Folder),
		Pinned: c.Pinned, Tags: c.Tags, System: c.System, Draft: c.Draft, Head: ID(c.Head),
	}}
	if _, err := decodeSetup(c.Setup); err != nil || len(c.Setup) == 0 {
		b.Setup, _ = keptSetup{}.encode() // as a new one
	}
	for _, m := range c.Messages {
		b.Messages = append(b.Messages, store.Message{
			ID: ID(m.ID), Parent: ID(m.Parent), Role: m.Role, Text: m.Text, State: State(m.State), Error: m.Error,
			Created: m.Created, Excluded: m.Excluded, Reply: m.Reply,
		})
	}
	if b.Conversation.Title == "" && len(b.Messages) > 0 {
		b.Conversation.Title = titleOf(b.Messages[0].Text)
	}
	return b
}

// Markdown is what is shown of a conversation, as Export writes it to a .md file.
func (a *App) Markdown(conversation ID) (string, error) {
	archive, err := a.archive(Export{Conversation: conversation})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = archive.WriteMarkdown(&b)
	return b.String(), err
}
