package app

import (
	"errors"
	"time"

	"beyonder/store"
)

// Folder holds conversations. Those in it that have no system prompt of their own
// have its.
type Folder struct {
	ID     ID
	Name   string
	System string
	Error  string // why its name cannot be read, "" if it can
}

// Folders returns the folders outside the trash, by name.
func (a *App) Folders() ([]Folder, error) { return a.folders(false) }

// TrashedFolders returns those in the trash.
func (a *App) TrashedFolders() ([]Folder, error) { return a.folders(true) }

func (a *App) folders(trashed bool) (list []Folder, err error) {
	all, err := a.store.Folders()
	for _, f := range all {
		if !f.Trashed.IsZero() == trashed {
			list = append(list, folder(f))
		}
	}
	return list, err
}

func folder(f store.Folder) Folder {
	return Folder{ID: f.ID, Name: f.Name, System: f.System, Error: sentence(f.Damage)}
}

var errNoName = errors.New("a folder needs a name")

// NewFolder makes an empty folder.
func (a *App) NewFolder(name string) (Folder, error) {
	if name = plain(name); name == "" {
		return Folder{}, errNoName
	}
	f, err := a.store.CreateFolder(name, time.Now())
	return folder(f), err
}

// SetFolder changes a folder's name and system prompt.
func (a *App) SetFolder(id ID, name, system string) error {
	if name = plain(name); name == "" {
		return errNoName
	}
	return a.store.SetFolder(id, name, system)
}

// DeleteFolder puts a folder and what is in it into the trash; a reply being
// written in it is stopped.
func (a *App) DeleteFolder(id ID) error {
	all, err := a.store.Conversations()
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Folder == id {
			a.stopIn(c.ID)
		}
	}
	return a.store.TrashFolder(id, time.Now())
}

// RestoreFolder takes it out again, with what was put there with it.
func (a *App) RestoreFolder(id ID) error { return a.store.RestoreFolder(id) }

// Move puts a conversation into a folder; 0: into none.
func (a *App) Move(id, folder ID) error { return a.store.Move(id, folder) }

// Pin makes a conversation stand before the others, or no longer.
func (a *App) Pin(id ID, pinned bool) error { return a.store.Pin(id, pinned) }

// SetTags gives a conversation other tags.
func (a *App) SetTags(id ID, tags []string) error { return a.store.SetTags(id, tags) }

// System is the system prompt that is in force in a conversation: its own, or
// else its assistant's, or else its folder's.
func (a *App) System(id ID) (string, error) {
	c, err := a.store.Conversation(id)
	if err != nil {
		return "", err
	}
	return a.inForce(c).System, nil
}

// Hit is a conversation in which a search found something.
type Hit struct {
	Conversation
	Message ID       // the newest one that has all words; 0: the title has them, or the filters fit
	Snippet string   // of that message, on one line
	Marks   [][2]int // where the words are in Snippet, in bytes
	More    int      // how many other messages have them
}

// Found is what a search came to.
type Found struct {
	Hits      []Hit
	Unindexed int // messages it has not looked at, because the index is still being made
}

// searchLimit is how many conversations a search shows.
const searchLimit = 50

// Search finds conversations by words in their titles and messages, each the
// beginning of a word; "phrases in quotation marks"; and the filters tag:,
// folder: and pinned:. trashed: in the trash.
func (a *App) Search(text string, trashed bool) (Found, error) {
	found, err := a.store.Search(text, trashed, searchLimit)
	hits := make([]Hit, len(found.Hits))
	for i, h := range found.Hits {
		hits[i] = Hit{conversation(h.Conversation), h.Message, h.Snippet, h.Marks, h.More}
	}
	return Found{hits, found.Unindexed}, err
}

// Find returns where a text has a phrase, in bytes, whatever their case and
// accents.
func Find(text, phrase string) [][2]int { return store.Find(text, phrase) }

// Fold returns a text in small letters without their accents.
func Fold(text string) string { return store.Fold(text) }

// ShowMessage makes the shown path of a conversation one that has a message.
func (a *App) ShowMessage(id, message ID) error {
	path, err := a.store.Messages(id)
	if err != nil {
		return err
	}
	for _, m := range path {
		if m.ID == message {
			return nil
		}
	}
	return a.store.ShowSibling(id, message, 0)
}
