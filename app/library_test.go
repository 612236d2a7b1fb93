package app_test

import (
	"testing"

	"beyonder/engine/prompt"
)

func TestFolderSystemPromptIsInForce(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	f, err := b.NewFolder(" Work ")
	check(t, err)
	check(t, b.SetFolder(f.ID, "Work", "Answer in verse."))
	check(t, b.Move(id, f.ID))
	b.send(id, "hello")
	check(t, b.SetSystem(id, "Answer briefly."))
	b.send(id, "again")
	for i, want := range []string{"Answer in verse.", "Answer briefly."} {
		m := b.engine.Requests()[i].Messages[0]
		if m.Role != prompt.System || m.Content != want {
			t.Errorf("request %d begins with %+v, want %q", i, m, want)
		}
	}
	if _, err := b.NewFolder(" \n"); err == nil {
		t.Error("a folder without a name was made")
	}
}

func TestTrashedFolders(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	f, err := b.NewFolder("Work")
	check(t, err)
	check(t, b.Move(id, f.ID))
	check(t, b.DeleteFolder(f.ID))
	if list, _ := b.Conversations(); len(list) != 0 {
		t.Errorf("what was in the folder is still listed: %+v", list)
	}
	check(t, b.Restore(id)) // alone: the folder stays where it is
	if c, _ := b.Conversation(id); c.Folder != 0 {
		t.Errorf("the conversation is in a folder in the trash: %+v", c)
	}
	check(t, b.RestoreFolder(f.ID))
	check(t, b.Move(id, f.ID))
	check(t, b.DeleteFolder(f.ID))
	check(t, b.EmptyTrash())
	if folders, _ := b.TrashedFolders(); len(folders) != 0 {
		t.Errorf("the emptied trash has %+v", folders)
	}
}

func TestSearchAndShow(t *testing.T) {
	b := fast(t, 3)
	id := b.conversation()
	b.send(id, "where is the Größe")
	messages := b.messages(id)
	for _, err := range b.Edit(t.Context(), id, messages[0].ID, "somewhere else") {
		check(t, err)
	}
	found, err := b.Search("grosse", false)
	check(t, err)
	if len(found.Hits) != 1 || found.Hits[0].ID != id || found.Hits[0].Message != messages[0].ID || found.Hits[0].Snippet != "where is the Größe" {
		t.Fatalf("found %+v", found)
	}
	if now := b.messages(id); now[0].Text != "somewhere else" {
		t.Fatalf("shown is %+v", now[0])
	}
	check(t, b.ShowMessage(id, messages[0].ID))
	if now := b.messages(id); now[0].Text != "where is the Größe" || len(now) != 2 {
		t.Errorf("shown is %+v", now)
	}
}
