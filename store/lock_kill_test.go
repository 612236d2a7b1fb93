package store

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const killedIn = "BEYONDER_PASSPHRASE_KILL_IN"

// A program that is killed while it encrypts, decrypts or changes the passphrase
// leaves a database that the passphrase before or the one after opens, with every
// word in it; and no file that could be read without, once it is opened.
func TestPassphraseAndKill(t *testing.T) {
	if dir := os.Getenv(killedIn); dir != "" {
		changePassphrases(t, dir)
		return
	}
	dir := t.TempDir()
	s := openStore(t, dir)
	secret(t, s)
	for range 40 { // so that writing it anew takes a while
		add(t, s, create(t, s), 0, "user", "secretfiller "+fmt.Sprint(make([]int, 2000)))
	}
	check(t, s.Close())
	times, random := 6, rand.New(rand.NewPCG(3, 4))
	if os.Getenv("BEYONDER_SOAK") != "" { // make soak
		times = 40
	}
	now, kinds := "", map[string]int{}
	for range times {
		before, after := killWhileChanging(t, dir, now, random.IntN(3), time.Duration(random.IntN(250))*time.Millisecond)
		s := openStore(t, dir)
		opened := "none"
		for _, passphrase := range []string{before, after} {
			if !s.Locked() {
				break
			}
			if err := s.Unlock(passphrase); err == nil {
				opened = passphrase
			} else if !errors.Is(err, ErrPassphrase) {
				t.Fatal(err)
			}
		}
		if s.Locked() {
			t.Fatalf("killed between %q and %q, neither opens the database", before, after)
		}
		if now = opened; !s.Encrypted() {
			now = ""
		}
		if now != before && now != after {
			t.Errorf("killed between %q and %q, the passphrase is %q", before, after, now)
		}
		kinds[fmt.Sprintf("%q to %q", before, after)]++
		intact(t, s)
		whole(t, s)
		if left, _ := filepath.Glob(filepath.Join(dir, "*.rewrite")); len(left) > 0 {
			t.Errorf("%q is left", left)
		}
		if files := leaks(t, s, "secretq"); now != "" && len(files) > 0 {
			t.Errorf("with a passphrase, %q can be read", files)
		}
		check(t, s.Close())
	}
	t.Logf("killed %v", kinds)
	if len(kinds) < 3 && times > 20 {
		t.Error("not every kind of change was cut")
	}
}

// killWhileChanging has a program change the passphrase again and again, and kills it
// a while after it has done so many. It returns the one that it last said to have, and the one that it
// was about to give.
func killWhileChanging(t *testing.T, dir, now string, done int, after time.Duration) (before, next string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestPassphraseAndKill$")
	child.Env = append(os.Environ(), killedIn+"="+dir, "BEYONDER_PASSPHRASE_NOW="+now)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	check(t, err)
	check(t, child.Start())
	lines := bufio.NewScanner(out)
	for ; lines.Scan(); done-- {
		if n, _ := fmt.Sscanf(lines.Text(), "from %q to %q", &before, &next); n != 2 {
			t.Fatalf("it said %q", lines.Text())
		}
		if done == 0 {
			time.AfterFunc(after, func() { child.Process.Kill() })
		}
	}
	check(t, lines.Err())
	_ = child.Wait()
	return before, next
}

// changePassphrases is the program that is killed.
func changePassphrases(t *testing.T, dir string) {
	s := openStore(t, dir)
	now := os.Getenv("BEYONDER_PASSPHRASE_NOW")
	check(t, s.Unlock(now))
	next := map[string]string{"": "one", "one": "two", "two": ""}
	for {
		fmt.Printf("from %q to %q\n", now, next[now])
		check(t, s.SetPassphrase(now, next[now]))
		now = next[now]
	}
}
